#pragma once

#include <set>
#include <string>
#include <utility>

#include "report/check_run.hpp"

/// How reports of all kinds name a result and tell what became of it. All texts are printable.
namespace baseline::result_text {

/// What the result counts as: a warning is a failure where the run is strict.
Status status_of(const SuiteReport& report, const CheckResult& result);

/// "latitude out of range [lat=91]".
std::string title(const CheckResult& result);

/// "before: constraints/latitude out of range [lat=91]".
std::string full_title(const SuiteReport& report, const CheckResult& result);

/// One line: "expected 0 rows, got 3".
std::string message(const CheckResult& result);

/// How many there were, when it was more than one.
std::string attempts(const CheckResult& result);

/// What is to say about a pass: the note and the attempts, a line each; or empty.
std::string remarks(const CheckResult& result);

/// The message and, a line each, all else that helps: sql, why, note, attempts, hint, rerun.
std::string account(const CheckResult& result);

/// The error with its notes and hint, a line each.
std::string account(const RunProblem& problem);

/// Tells equal names apart: two cases of a check may have the same values, and many consumers drop
/// or refuse what has the same name.
class Distinct {
 public:
  /// `name`, or "name #2" where the scope had that already.
  std::string operator()(const std::string& scope, const std::string& name);

 private:
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace baseline::result_text
