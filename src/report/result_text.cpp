#include "report/result_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace baseline::result_text {
namespace {

std::string result_line(std::string_view key, std::string_view value) {
  value = trimmed(value);
  if (value.empty()) return {};
  const bool several = value.find('\n') != std::string_view::npos;
  return fmt::format("\n{}:{}{}", key, several ? "\n" : " ", printable_lines(value));
}

}  // namespace

Status status_of(const SuiteReport& report, const CheckResult& result) {
  return result.status == Status::warn && report.strict ? Status::fail : result.status;
}

std::string title(const CheckResult& result) {
  const std::string name = printable(result.check->name);
  return result.case_label.empty() ? name
                                   : fmt::format("{} [{}]", name, printable(result.case_label));
}

std::string full_title(const SuiteReport& report, const CheckResult& result) {
  return fmt::format("{}: {}/{}", to_string(report.phase), printable(result.check->suite),
                     title(result));
}

std::string message(const CheckResult& result) {
  const std::string expected = printable(trimmed(result.expected));
  std::string got = printable(trimmed(result.got));
  if (expected.empty() && got.empty()) return std::string(to_string(result.status));
  if (expected.empty()) return got;
  if (got.empty()) return "expected " + expected;
  return fmt::format("expected {}, got {}", expected, got);
}

std::string attempts(const CheckResult& result) {
  return result.attempts > 1 ? fmt::format("{}", result.attempts) : "";
}

std::string remarks(const CheckResult& result) {
  std::string text = printable_lines(result.note);
  if (result.attempts == 1) return text;
  return fmt::format("{}{}attempts: {}", text, text.empty() ? "" : "\n", result.attempts);
}

std::string account(const CheckResult& result) {
  return message(result) + result_line(result.source(), result.sql) +
         result_line("why", result.why) + result_line("note", result.note) +
         result_line("attempts", attempts(result)) + result_line("hint", result.hint) +
         result_line("rerun", result.rerun);
}

std::string account(const RunProblem& problem) {
  std::string text = printable(problem.message);
  for (const std::string& one : lines_of(problem.problems, "error")) text += "\n" + one;
  for (const std::string& note : problem.notes) text += result_line("note", note);
  return text + result_line("hint", problem.hint);
}

std::string Distinct::operator()(const std::string& scope, const std::string& name) {
  std::string tried = name;
  for (int n = 2; !seen_.emplace(scope, tried).second; ++n) {
    tried = fmt::format("{}{}#{}", name, name.empty() ? "" : " ", n);
  }
  return tried;
}

}  // namespace baseline::result_text
