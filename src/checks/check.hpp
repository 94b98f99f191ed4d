#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/result.hpp"
#include "checks/scratch.hpp"
#include "checks/sql_text.hpp"
#include "checks/surroundings.hpp"
#include "yaml/problems.hpp"

namespace baseline {

enum class When { before, after, both };

/// Named SQL that makes rows for checks.
struct Fixture {
  std::string name;
  SqlText sql;
};

/// One set of values that a check runs with. Without `cases` a check has one, without a label.
struct Case {
  std::string label;  ///< "lat=91, lon=0"
  Bindings bindings;  ///< the suite's vars too
};

/// What every check has, whatever its kind (docs/checks.md, "Keys of every check").
struct CheckHead {
  std::string suite;
  std::string file;
  yaml::Place place;
  std::string name;
  std::string kind;
  When when = When::both;
  Severity severity = Severity::error;
  std::vector<std::string> tags;
  std::optional<std::string> skip;  ///< the reason
  std::string hint;
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds wait{0};  ///< how long a failing check is tried again
  std::vector<std::shared_ptr<const Fixture>> given;
  std::vector<Case> cases;
  bool foreign_keys = false;

  bool runs_in(Phase phase) const;
  /// "suite/name", which `--only` selects by.
  std::string path() const { return suite + "/" + name; }
};

/// What the results of this check say of it.
CheckIdentity identity_of(const CheckHead& head);

/// What became of one case of a check. Status is pass, fail or error.
struct Verdict {
  Status status = Status::pass;
  std::string expected;
  std::string got;
  std::string sql;
  std::string why;
  std::string note;
  bool final = false;  ///< status fail: to try again cannot change it
  bool busy = false;   ///< status error: the database was locked, and may not be the next time
  bool judged_nothing =
      false;  ///< status pass: there was nothing to judge; `note` says what lacked
};

/// What a check may use while it runs.
struct CheckContext {
  Session& subject;    ///< read-only
  Session& reference;  ///< the baseline
  Scratch& scratch;
  Phase phase;
  const Surroundings& surroundings;
};

/// The time for one attempt, which all its statements share. (Deadline is the one of os/clock.hpp.)
class AttemptDeadline {
 public:
  explicit AttemptDeadline(std::chrono::milliseconds timeout)
      : timeout_(timeout), end_(std::chrono::steady_clock::now() + timeout) {}
  RunLimits limits() const;

 private:
  std::chrono::milliseconds timeout_;
  std::chrono::steady_clock::time_point end_;
};

/// What a check says of a constraint: that it rejects the last of these statements.
struct ConstraintTest {
  const ConstraintRef& by;
  const SqlText& sql;
};

/// One check of a suite; each kind derives its own (src/checks/kinds/).
class Check {
 public:
  explicit Check(CheckHead head) : head_(std::move(head)) {}
  virtual ~Check() = default;
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  const CheckHead& head() const { return head_; }

  /// Runs one case. Throws Error only when the database itself cannot be used.
  virtual Verdict run(const CheckContext& context, const Case& values) const = 0;

  /// Globs of the schema objects that this check leaves alone.
  virtual std::vector<std::string> ignored_objects() const { return {}; }

  /// The files that this check reads as logs; a deploy records where they end.
  virtual std::vector<std::string> logs() const { return {}; }

  /// Whether it can only pass once the application runs. In the phase `after` of a deploy it does
  /// not: that is the window, which waits for nothing.
  virtual bool needs_application() const { return head_.wait.count() > 0; }

  /// The constraint that this check makes reject something, if it is about one.
  virtual std::optional<ConstraintTest> constraint_test() const { return std::nullopt; }

 private:
  CheckHead head_;
};

/// Runs the fixtures of a check on its scratch copy; a verdict `error` when one of them fails.
std::optional<Verdict> run_fixtures(const CheckHead& head, Session& scratch, const Case& values,
                                    const AttemptDeadline& deadline);

/// A pass for want of anything to judge: "0 values judged".
Verdict nothing_judged(std::string note);

/// The verdict for SQL that could not be evaluated.
Verdict not_evaluable(std::string got, std::string_view sql, const Bindings& bindings);
/// The same in the engine's words; it tells whether the database was only locked.
Verdict not_evaluable(const SqlFailure& failure, std::string_view sql, const Bindings& bindings);

/// The failure in one line: "UNIQUE unique_location (a, b)", or the engine's own words.
std::string in_words(const SqlFailure& failure);

}  // namespace baseline
