#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baseline {

enum class Phase { before, after };
enum class Severity { error, warn };
enum class Status { pass, fail, error, warn, skip };

/// Which check a result is of. The results of all its cases share one.
struct CheckIdentity {
  std::string suite;  ///< file stem
  std::string name;
  std::string kind;  ///< "query", "rejects", …
  Severity severity = Severity::error;
  std::vector<std::string> tags;
  std::string file;  ///< empty, like the place: what the tool itself checks
  int line = 0;      ///< from 1
  int column = 0;    ///< from 1

  /// "suite/name", which `--only` selects by.
  std::string path() const { return suite + "/" + name; }
};

/// A check of the tool itself, which is in no file: suite "baseline".
CheckIdentity own_check(std::string name, std::string_view kind);

/// One check, or one case of it, that was run (docs/checks.md, "Results").
struct CheckResult {
  explicit CheckResult(std::shared_ptr<const CheckIdentity> of) : check(std::move(of)) {}
  /// Of one that has no other results.
  explicit CheckResult(CheckIdentity of)
      : CheckResult(std::make_shared<const CheckIdentity>(std::move(of))) {}

  std::shared_ptr<const CheckIdentity> check;  ///< never null
  std::string case_label;                      ///< "lat=91, lon=0", or empty
  Status status = Status::pass;
  std::chrono::nanoseconds took{};    ///< from the first attempt to the end of the last
  std::chrono::nanoseconds waited{};  ///< of that between attempts, while other checks run or wait
  int attempts = 1;
  // Filled unless the check passed or was skipped:
  std::string expected;
  std::string got;
  std::string sql;   ///< the statement, on one line, shortened; for kinds without one the
                     ///< command or the path of the log, as written
  std::string why;   ///< the engine's reason or the differences, may have lines
  std::string note;  ///< may also come with a pass
  bool judged_nothing = false;  ///< status pass: there was no value, row or line to judge
  std::string hint;             ///< the suite's own
  std::string skip_reason;      ///< status skip
  bool deferred = false;  ///< status skip: it needs the application, which a deploy has stopped
  std::string rerun;      ///< the command that runs just this check again

  /// What its own attempts took: of checks that wait together, these sum up to no more than the
  /// run.
  std::chrono::nanoseconds worked() const { return took - waited; }
  /// What `sql` holds: "sql", "command" or "log".
  std::string_view source() const;
};

/// How many of the selected checks prove less than a check of their kind does, in either phase.
struct Concessions {
  std::size_t warn = 0;    ///< severity: warn
  std::size_t before = 0;  ///< run before the swap only, where the kind would run in both phases
  std::size_t after = 0;   ///< run after it only, likewise
  std::size_t wait = 0;
  std::size_t skip = 0;

  bool operator==(const Concessions&) const = default;
};

/// Everything that one phase ran, in file order.
struct SuiteReport {
  Phase phase = Phase::before;
  bool strict = false;  ///< warnings fail the run too
  std::vector<CheckResult> results;
  std::chrono::nanoseconds took{};
  Concessions concessions;

  std::size_t count(Status status) const;
  /// How many are skipped because they need the running application; count(skip) has them too.
  std::size_t deferred() const;
  /// How many passed because there was nothing to judge; count(pass) has them too.
  std::size_t judged_nothing() const;
  /// Whether no check ran, for all of them, if there are any, are skipped.
  bool nothing_ran() const { return count(Status::skip) == results.size(); }
  /// Whether a check failed or could not be evaluated; a warning counts only when strict.
  bool failed() const;
};

std::string_view to_string(Phase phase);
std::string_view to_string(Severity severity);
std::string_view to_string(Status status);

}  // namespace baseline
