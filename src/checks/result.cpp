#include "checks/result.hpp"

#include <algorithm>
#include <cstddef>

namespace baseline {

CheckIdentity own_check(std::string name, std::string_view kind) {
  CheckIdentity out;
  out.suite = "baseline";
  out.name = std::move(name);
  out.kind = kind;
  return out;
}

std::string_view CheckResult::source() const {
  const std::string& kind = check->kind;
  if (kind == "command" || kind == "hook") return "command";
  return kind == "log" ? "log" : "sql";
}

std::size_t SuiteReport::count(Status status) const {
  return static_cast<std::size_t>(std::ranges::count(results, status, &CheckResult::status));
}

std::size_t SuiteReport::deferred() const {
  return static_cast<std::size_t>(std::ranges::count(results, true, &CheckResult::deferred));
}

std::size_t SuiteReport::judged_nothing() const {
  return static_cast<std::size_t>(std::ranges::count(results, true, &CheckResult::judged_nothing));
}

bool SuiteReport::failed() const {
  return count(Status::fail) + count(Status::error) + (strict ? count(Status::warn) : 0) > 0;
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::before:
      return "before";
    case Phase::after:
      return "after";
  }
  return {};
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warn:
      return "warn";
  }
  return {};
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::pass:
      return "pass";
    case Status::fail:
      return "fail";
    case Status::error:
      return "error";
    case Status::warn:
      return "warn";
    case Status::skip:
      return "skip";
  }
  return {};
}

}  // namespace baseline
