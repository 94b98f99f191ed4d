#include "checks/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"

namespace baseline {
namespace {

using Clock = std::chrono::steady_clock;

bool selected(const Check& check, const RunSelection& selection) {
  return selection.only.empty() ||
         std::ranges::any_of(selection.only, [&](const std::string& glob) {
           return glob_matches(glob, check.head().path());
         });
}

// A pattern that selects nothing is a typing error, and what it meant would silently not run.
void demand_selected(const Suites& suites, const RunSelection& selection) {
  for (const std::string& glob : selection.only) {
    const bool found = std::ranges::any_of(suites.checks(), [&](const auto& check) {
      return glob_matches(glob, check->head().path());
    });
    if (found) continue;
    std::vector<std::string> paths;
    for (const auto& check : suites.checks()) paths.push_back(check->head().path());
    const auto near = did_you_mean(glob, paths);
    throw Error(ErrorCode::usage, fmt::format("no check matches '{}'", printable(glob)),
                near ? fmt::format("did you mean '{}'?", *near)
                     : "names are SUITE/CHECK and may hold * and ?");
  }
  if (suites.checks().empty()) throw Error(ErrorCode::usage, "there is no check to run");
}

CheckResult described(const CheckHead& head, const Case& values) {
  CheckResult result;
  result.suite = head.suite;
  result.name = head.name;
  result.case_label = values.label;
  result.kind = head.kind;
  result.severity = head.severity;
  result.tags = head.tags;
  result.file = head.file;
  result.line = head.place.line;
  result.column = head.place.column;
  return result;
}

// The name as a glob that matches just itself.
std::string exact_glob(std::string_view name) {
  std::string out;
  for (const char c : name) {
    out += c == '*' || c == '?' || c == '[' ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return out;
}

CheckResult run_case(const Check& check, const Case& values, const CheckContext& context,
                     const RunSelection& selection) {
  const CheckHead& head = check.head();
  CheckResult result = described(head, values);
  if (head.skip) {
    result.status = Status::skip;
    result.skip_reason = *head.skip;
    return result;
  }
  const Clock::time_point start = Clock::now();
  Verdict verdict = check.run(context, values);
  result.took = Clock::now() - start;
  result.note = std::move(verdict.note);
  result.status = verdict.status;
  if (verdict.status == Status::pass) return result;
  if (head.severity == Severity::warn) result.status = Status::warn;
  result.expected = std::move(verdict.expected);
  result.got = std::move(verdict.got);
  result.sql = std::move(verdict.sql);
  result.why = std::move(verdict.why);
  result.hint = head.hint;
  result.rerun =
      fmt::format("{} --only {}", selection.rerun, shell_quoted(exact_glob(head.path())));
  return result;
}

}  // namespace

SuiteReport run_suites(const Suites& suites, Phase phase, Session& subject, Session& reference,
                       const RunSelection& selection,
                       const std::function<void(const CheckResult&)>& on_result,
                       const std::function<void()>& interrupted) {
  demand_selected(suites, selection);
  const Clock::time_point start = Clock::now();
  SuiteReport report;
  report.phase = phase;
  Scratch scratch(subject);
  const CheckContext context{subject, reference, scratch};
  for (const auto& check : suites.checks()) {
    if (!check->head().runs_in(phase) || !selected(*check, selection)) continue;
    for (const Case& values : check->head().cases) {
      if (interrupted) interrupted();
      const CheckResult& result =
          report.results.emplace_back(run_case(*check, values, context, selection));
      if (on_result) on_result(result);
    }
  }
  // A check that was cut short by a signal is no result.
  if (interrupted) interrupted();
  report.took = Clock::now() - start;
  return report;
}

}  // namespace baseline
