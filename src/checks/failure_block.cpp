#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "checks/runner.hpp"

namespace baseline {
namespace {

constexpr std::string_view kFailureIndent = "      ";
constexpr std::string_view kContinued = "                ";

std::string_view label_of(Status status) {
  switch (status) {
    case Status::pass:
      return "PASS";
    case Status::fail:
      return "FAIL";
    case Status::error:
      return "ERROR";
    case Status::warn:
      return "WARN";
    case Status::skip:
      return "SKIP";
  }
  return {};
}

// One "key  value" of the block; nothing when there is no value. More lines are indented below it.
std::string failure_field(std::string_view key, std::string_view value) {
  std::string out;
  value = trimmed(value);
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    const std::string line = printable(value.substr(0, end));
    out += out.empty() ? fmt::format("{}{:<10}{}\n", kFailureIndent, key, line)
                       : fmt::format("{}{}\n", kContinued, line);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return out;
}

}  // namespace

std::string failure_block(const CheckResult& result) {
  const std::string label =
      result.case_label.empty() ? std::string() : fmt::format(" [{}]", result.case_label);
  const CheckIdentity& check = *result.check;
  const std::string place = check.file.empty() ? std::string()
                                               : fmt::format("   {}:{}:{}", printable(check.file),
                                                             check.line, check.column);
  std::string out =
      fmt::format("{:<5} {} › {}{}{}\n", label_of(result.status), printable(check.suite),
                  printable(check.name), printable(label), place);
  out += failure_field("expected", result.expected);
  out += failure_field("got", result.got);
  out += failure_field(result.source(), result.sql);
  out += failure_field("why", result.why);
  out += failure_field("note", result.note);
  if (result.attempts > 1) out += failure_field("attempts", fmt::format("{}", result.attempts));
  out += failure_field("hint", result.hint);
  out += failure_field("rerun", result.rerun);
  return out;
}

}  // namespace baseline
