// Workflow commands of GitHub Actions that put annotations on the lines of the suites.
#include <fmt/format.h>

#include "base/text.hpp"
#include "report/report_kinds.hpp"
#include "report/result_text.hpp"

namespace baseline {
namespace {

// GitHub shows ten annotations of a level for a step, and drops the others without a word.
constexpr std::size_t kShownAnnotations = 10;

std::string github_escaped(std::string_view text, bool in_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (in_property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string command(std::string_view level, const std::string& place, const std::string& title,
                    const std::string& message) {
  return fmt::format("::{} {}title={}::{}\n", level, place, github_escaped(title, true),
                     github_escaped(message, false));
}

// Of a check or of a problem.
template <class Located>
std::string annotation_place(const Located& located) {
  if (located.file.empty()) return {};
  return fmt::format("file={},line={},col={},", github_escaped(printable(located.file), true),
                     located.line, located.column);
}

std::string annotation(std::string_view level, const SuiteReport& report,
                       const CheckResult& result) {
  return command(level, annotation_place(*result.check), result_text::full_title(report, result),
                 result_text::account(result));
}

// What ended the run, and then each error of its files on its own line.
void add_problem(const RunProblem& problem, const std::string& title,
                 std::vector<std::string>& out) {
  RunProblem summary = problem;
  summary.problems.clear();
  out.push_back(command("error", {}, title, result_text::account(summary)));
  for (const Problem& one : problem.problems) {
    out.push_back(command("error", annotation_place(one), title, printable(one.message)));
  }
}

// The first ones; the last that is shown tells of those that are not.
std::string limited(std::string_view level, const std::vector<std::string>& all) {
  const std::size_t shown = all.size() > kShownAnnotations ? kShownAnnotations - 1 : all.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += all[i];
  if (shown < all.size()) {
    text += command(level, {}, "baseline", fmt::format("and {} more", all.size() - shown));
  }
  return text;
}

}  // namespace

std::string github_report(const CheckRun& run) {
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  if (run.problem) add_problem(*run.problem, "baseline " + run.command, errors);
  for (const SuiteReport& report : run.phases) {
    for (const CheckResult& result : report.results) {
      const Status status = result_text::status_of(report, result);
      if (status == Status::fail || status == Status::error) {
        errors.push_back(annotation("error", report, result));
      }
      if (status == Status::warn) warnings.push_back(annotation("warning", report, result));
    }
  }
  return limited("error", errors) + limited("warning", warnings);
}

}  // namespace baseline
