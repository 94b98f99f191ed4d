// TAP 14 (https://testanything.org/tap-version-14-specification.html). The version line says 13:
// the two do not differ in what is used here, and the `prove` of Perl 5.36 refuses 14.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/report_kinds.hpp"
#include "report/result_text.hpp"

namespace baseline {
namespace {

// `#` would begin a directive.
std::string tap_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A text in double quotes is the same in JSON and in YAML.
std::string tap_field(std::string_view key, std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return {};
  return fmt::format("  {}: {}\n", key, nlohmann::json(printable_lines(text)).dump());
}

std::string diagnostics(const CheckResult& result) {
  std::string text = tap_field("status", to_string(result.status));
  text += tap_field("severity", to_string(result.check->severity));
  if (!result.check->file.empty()) {
    text += tap_field("at", fmt::format("{}:{}:{}", result.check->file, result.check->line,
                                        result.check->column));
  }
  text += tap_field("expected", result.expected);
  text += tap_field("got", result.got);
  text += tap_field(result.source(), result.sql);
  text += tap_field("why", result.why);
  text += tap_field("note", result.note);
  text += tap_field("hint", result.hint);
  text += tap_field("rerun", result.rerun);
  const double ms = std::chrono::duration<double, std::milli>(result.took).count();
  return fmt::format("  ---\n{}  attempts: {}\n  duration_ms: {:.3f}\n  ...\n", text,
                     result.attempts, ms);
}

std::string point(std::size_t number, const SuiteReport& report, const CheckResult& result) {
  const std::string title =
      fmt::format("{} - {}", number, tap_escaped(result_text::full_title(report, result)));
  switch (result_text::status_of(report, result)) {
    case Status::pass:
      return fmt::format("ok {}\n", title) +
             (result.note.empty() && result.attempts == 1 ? "" : diagnostics(result));
    case Status::fail:
    case Status::error:
      return fmt::format("not ok {}\n", title) + diagnostics(result);
    case Status::warn:
      return fmt::format("not ok {} # TODO warning\n", title) + diagnostics(result);
    case Status::skip:
      return fmt::format("ok {} # SKIP {}\n", title, tap_escaped(printable(result.skip_reason)));
  }
  return {};
}

// The run itself is a point that failed too, for consumers that do not know 'Bail out!'.
std::string bail_out(std::size_t number, const CheckRun& run) {
  const RunProblem& problem = *run.problem;
  return fmt::format("not ok {} - baseline {}\n", number, run.command) + "  ---\n" +
         tap_field("status", problem.kind) + tap_field("message", result_text::account(problem)) +
         fmt::format("  ...\nBail out! {}\n", printable(problem.message));
}

}  // namespace

std::string tap_report(const CheckRun& run) {
  std::size_t count = run.problem ? 1 : 0;
  for (const SuiteReport& report : run.phases) count += report.results.size();
  const std::string version = "TAP version 13\n";
  if (count == 0) {
    return fmt::format("{}1..0 # SKIP {}\n", version, tap_escaped(printable(run.idle)));
  }
  std::string text = fmt::format("{}1..{}\n", version, count);
  std::size_t number = 0;
  for (const SuiteReport& report : run.phases) {
    for (const CheckResult& result : report.results) text += point(++number, report, result);
  }
  if (run.problem) text += bail_out(++number, run);
  return text;
}

}  // namespace baseline
