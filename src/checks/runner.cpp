#include "checks/runner.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "checks/check.hpp"

namespace baseline {
namespace {

using Clock = std::chrono::steady_clock;

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
                     const RunOptions& options) {
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
  result.rerun = fmt::format("{} --only {}", options.rerun, shell_quoted(exact_glob(head.path())));
  return result;
}

}  // namespace

SuiteReport run_suites(const Suites& suites, Phase phase, Session& subject, Session& reference,
                       const RunOptions& options,
                       const std::function<void(const CheckResult&)>& on_result,
                       const std::function<void()>& interrupted) {
  demand_selected(suites, options.selection);
  const Clock::time_point start = Clock::now();
  SuiteReport report;
  report.phase = phase;
  report.strict = options.strict;
  Scratch scratch(subject);
  const CheckContext context{subject, reference, scratch};
  for (const auto& check : suites.checks()) {
    if (!check->head().runs_in(phase) || !options.selection.takes(*check)) continue;
    for (const Case& values : check->head().cases) {
      if (interrupted) interrupted();
      const CheckResult& result =
          report.results.emplace_back(run_case(*check, values, context, options));
      if (on_result) on_result(result);
    }
  }
  // A check that was cut short by a signal is no result.
  if (interrupted) interrupted();
  report.took = Clock::now() - start;
  return report;
}

}  // namespace baseline
