#include "store/sqlite/session/rejection.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/constraints.hpp"
#include "store/sqlite/schema/foreign_keys.hpp"
#include "store/sqlite/schema/reference_names.hpp"
#include "store/sqlite/session/run.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using ConstraintKind = Constraint::Kind;
using RefKind = ConstraintRef::Kind;
using Verdict = Rejection::Verdict;

constexpr const char* kForeignKeyFailed = "FOREIGN KEY constraint failed";

/// How one run of the last statement ended.
struct RejectionRun {
  int code = SQLITE_DONE;
  std::string message;
  std::int64_t rows_changed = 0;

  bool succeeded() const { return code == SQLITE_DONE; }
  bool rejected() const {
    return !succeeded() && failure_kind(code, message, false) == SqlFailure::Kind::constraint;
  }
};

// One question to one database. The last statement may run several times; a savepoint brings back
// what was before it. Most rejected statements leave nothing behind, and then it is not needed
// until the statement is to run again.
class RejectionJudge {
 public:
  RejectionJudge(const Workshop& workshop, const Bindings& bindings, const ConstraintRef& by,
                 const RunLimits& limits)
      : workshop_(workshop),
        database_(workshop.database),
        guard_(workshop.guard),
        schema_(workshop.schema),
        statements_(workshop.statements),
        own_(workshop.own),
        foreign_keys_(workshop.foreign_keys),
        bindings_(bindings),
        by_(by),
        limits_(limits) {}

  Rejection judge(std::string_view sql) {
    const Guard::Scope scope(guard_, limits_);
    return judge_inside(sql);
  }

 private:
  Rejection judge_inside(std::string_view sql) {
    StatementReader reader(database_.getHandle(), guard_, sql, &statements_);
    const Statement* last = reader.next();
    while (last != nullptr && !reader.at_end()) {
      if (const int code = run_to_end(*last, bindings_); code != SQLITE_DONE) {
        SqlFailure failure = explain(reader, *last, code);
        if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
          std::string keys = keys_that_reject(workshop_, *last, bindings_);
          if (!keys.empty()) failure.rejected_by = std::move(keys);
        }
        return with_failure(Verdict::setup_rejected, std::move(failure));
      }
      last = reader.next();
    }
    if (last == nullptr) return no_last_statement(reader);

    if (by_.kind == RefKind::trigger) {
      pattern_.emplace(by_.text, re2::RE2::Quiet);
      if (!pattern_->ok()) {
        return with_failure(Verdict::failed, {SqlFailure::Kind::other,
                                              fmt::format("'{}' is no regular expression: {}",
                                                          by_.text, pattern_->error()),
                                              std::nullopt,
                                              last->number,
                                              {}});
      }
    }
    {
      const Guard::Pause pause(guard_);
      wanted_ = &schema_.named(by_);
      constraints_ = &schema_.constraints();
    }
    if (!known()) {
      Rejection rejection;
      rejection.verdict = Verdict::unknown_constraint;
      rejection.available = available();
      return rejection;
    }
    if (may_leave_rows(*last)) mark();
    return judge_last(reader, *last, sql);
  }

  Rejection judge_last(const StatementReader& reader, const Statement& last, std::string_view sql) {
    const RejectionRun run = run_once(last);
    if (run.succeeded()) {
      if (has_deferred_violations(database_.getHandle())) {
        const std::multiset<Orphan> after = orphans_now();
        restore();
        const std::vector<Constraint> violated = violations(orphans_now(), after);
        if (!violated.empty()) return judge_deferred(violated);
      }
      return accepted(run, sql.substr(last.info.offset, last.info.length));
    }
    if (!run.rejected()) return could_not_run(reader, last, run);
    return judge_rejected(reader, last, run);
  }

  Rejection judge_rejected(const StatementReader& reader, const Statement& last,
                           const RejectionRun& run) {
    const std::vector<const Constraint*> by = reported(*constraints_, run.code, run.message);
    const auto wanted =
        std::ranges::count_if(by, [&](const Constraint* c) { return is_wanted(*c); });
    // Two CHECKs can have the same message; then only the rows tell which one it was. Of two
    // UNIQUEs on the same columns each rejects whatever the other does.
    const bool sure = wanted == std::ssize(by) || run.code != SQLITE_CONSTRAINT_CHECK;
    if (wanted > 0 && sure) return verdict(Verdict::by_named);
    if (!restore()) {
      Rejection rejection = by_other(run);
      if (matches_words(run)) return verdict(Verdict::by_named);
      rejection.note = "OR ROLLBACK ended the transaction, so nothing else could be tried";
      return rejection;
    }
    if (run.message == kForeignKeyFailed) {
      if (std::optional<Rejection> rejection = judge_foreign_key(reader, last)) {
        return *rejection;
      }
    }
    if (matches_words(run)) return verdict(Verdict::by_named);
    const bool wants_check = std::ranges::any_of(*wanted_, [](const Constraint& constraint) {
      return constraint.kind == ConstraintKind::check;
    });
    if (wants_check && run.code == SQLITE_CONSTRAINT_CHECK)
      return judge_shadowed(reader, last, run);
    return by_other(run);
  }

  // Which foreign key it was SQLite never says. Put off until COMMIT, none rejects the statement,
  // and the rows without a parent show which it is. That holds for ON DELETE RESTRICT too.
  std::optional<Rejection> judge_foreign_key(const StatementReader& reader, const Statement& last) {
    const std::multiset<Orphan> before = orphans_now();
    const Setting deferred(*this, "PRAGMA defer_foreign_keys = ON",
                           "PRAGMA defer_foreign_keys = OFF");
    const RejectionRun run = run_once(last);
    std::vector<Constraint> violated;
    if (run.succeeded()) violated = violations(before, orphans_now());
    if (!run.succeeded() && !run.rejected()) return could_not_run(reader, last, run);
    restore();
    if (!run.succeeded()) {
      return run.message == kForeignKeyFailed ? std::nullopt : std::optional(by_other(run));
    }
    // None: a trigger raised an error with the very words of SQLite.
    if (violated.empty()) return std::nullopt;
    return by_keys(violated);
  }

  // The statement succeeded and COMMIT will not: a key that is DEFERRABLE INITIALLY DEFERRED.
  Rejection judge_deferred(const std::vector<Constraint>& violated) {
    Rejection rejection = by_keys(violated);
    if (rejection.verdict == Verdict::by_named) rejection.note = "it rejects at COMMIT (deferred)";
    return rejection;
  }

  Rejection by_keys(const std::vector<Constraint>& violated) {
    std::vector<std::string> names;
    for (const Constraint& constraint : violated) {
      if (is_wanted(constraint)) return verdict(Verdict::by_named);
      names.push_back(constraint.display);
    }
    Rejection rejection = verdict(Verdict::by_other);
    rejection.rejected_by = names.empty() ? "a FOREIGN KEY" : join(names, ", ");
    return rejection;
  }

  // Of several CHECKs that a row violates, SQLite reports the first one declared. With all of them
  // off, the rows that the statement leaves show whether the wanted one rejects them too.
  Rejection judge_shadowed(const StatementReader& reader, const Statement& last,
                           const RejectionRun& reported_run) {
    const std::vector<std::int64_t> before = violators();
    const Setting unchecked(*this, "PRAGMA ignore_check_constraints = ON",
                            "PRAGMA ignore_check_constraints = OFF");
    // Foreign keys are checked after the CHECKs; they must not stop the counting.
    std::optional<Setting> deferred;
    if (foreign_keys_) {
      deferred.emplace(*this, "PRAGMA defer_foreign_keys = ON", "PRAGMA defer_foreign_keys = OFF");
    }
    const RejectionRun run = run_once(last);
    if (!run.succeeded() && !run.rejected()) return could_not_run(reader, last, run);
    const std::vector<std::int64_t> after = run.succeeded() ? violators() : before;
    restore();

    const std::string first = who(reported_run);
    const std::vector<const Constraint*> by =
        reported(*constraints_, reported_run.code, reported_run.message);
    const bool shadowed =
        std::ranges::none_of(by, [&](const Constraint* c) { return is_wanted(*c); });
    if (run.succeeded()) {
      for (std::size_t i = 0; i < before.size(); ++i) {
        if (after.at(i) <= before.at(i)) continue;
        Rejection rejection = verdict(Verdict::by_named);
        if (!shadowed) return rejection;
        rejection.note = fmt::format("{} is reported first; {} rejects it too", first, by_.text);
        return rejection;
      }
      return by_other(reported_run);
    }
    Rejection rejection = by_other(reported_run);
    rejection.note =
        fmt::format("{} rejects it too, so {} could not be tried by itself", who(run), by_.text);
    return rejection;
  }

  // Rows that violate each wanted CHECK now. A NULL result satisfies a CHECK, and NOT NULL is NULL.
  std::vector<std::int64_t> violators() {
    const Guard::Pause pause(guard_);
    std::vector<std::int64_t> counts;
    for (const Constraint& constraint : *wanted_) {
      if (constraint.kind != ConstraintKind::check) continue;
      // It has every statement compiled anew, those that are kept, too.
      std::optional<LegacyQuotes> legacy;
      if (constraint.expression.find('"') != std::string::npos) {
        legacy.emplace(database_.getHandle());
      }
      const std::string sql =
          fmt::format("SELECT count(*) FROM main.{} WHERE NOT ({}\n)",
                      quoted_identifier(constraint.table), constraint.expression);
      SQLite::Statement statement(database_, sql);
      statement.executeStep();
      counts.push_back(statement.getColumn(0).getInt64());
    }
    return counts;
  }

  std::multiset<Orphan> orphans_now() {
    const Guard::Pause pause(guard_);
    // Without enforcement nothing is rejected for an orphan, and the pragma reads every table.
    if (!foreign_keys_) return {};
    try {
      return orphans(database_);
    } catch (const SQLite::Exception& exception) {
      // "foreign key mismatch": the statement itself will say so if it matters.
      if (exception.getErrorCode() != SQLITE_ERROR) throw;
      return {};
    }
  }

  Rejection accepted(const RejectionRun& run, std::string_view statement) {
    Rejection rejection = verdict(Verdict::accepted);
    rejection.rows_changed = run.rows_changed;
    if (run.rows_changed != 0) return rejection;
    const std::vector<Token> tokens = tokenize(statement);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const bool or_ignore = is_keyword(tokens[i], "or") && is_keyword(tokens[i + 1], "ignore");
      const bool do_nothing = is_keyword(tokens[i], "do") && is_keyword(tokens[i + 1], "nothing");
      if (or_ignore) rejection.note = "OR IGNORE hides the rejection";
      if (do_nothing) rejection.note = "DO NOTHING hides the rejection";
    }
    return rejection;
  }

  // `by` of kinds that only the message can tell: what a trigger says, and types.
  bool matches_words(const RejectionRun& run) const {
    if (by_.kind == RefKind::trigger) {
      return run.code == SQLITE_CONSTRAINT_TRIGGER &&
             re2::RE2::PartialMatch(run.message, *pattern_);
    }
    if (by_.kind != RefKind::type) return false;
    // STRICT: `cannot store TEXT value in INTEGER column t.c`. A rowid gives no name, but there is
    // one in a table only.
    if (run.code == SQLITE_MISMATCH) return typed_column_ && typed_column_->rowid;
    return run.code == SQLITE_CONSTRAINT_DATATYPE && typed_column_ &&
           run.message.ends_with(" column " + typed_column_->message);
  }

  bool known() {
    const Guard::Pause pause(guard_);
    if (by_.kind == RefKind::type) {
      typed_column_ = find_typed_column(database_, by_);
      return typed_column_.has_value();
    }
    if (by_.kind == RefKind::trigger) return !trigger_names(database_).empty();
    return !wanted_->empty();
  }

  std::vector<std::string> available() {
    const Guard::Pause pause(guard_);
    return available_names(database_, *constraints_, by_.kind);
  }

  // The foreign keys of the orphans that were not there before.
  std::vector<Constraint> violations(const std::multiset<Orphan>& before,
                                     const std::multiset<Orphan>& now) {
    const Guard::Pause pause(guard_);
    return keys_of_new(database_, *constraints_, before, now);
  }

  bool is_wanted(const Constraint& constraint) const {
    return std::ranges::find(*wanted_, constraint) != wanted_->end();
  }

  std::string who(const RejectionRun& run) const {
    return describe_rejection(*constraints_, run.code, run.message);
  }

  static Rejection verdict(Verdict verdict) {
    Rejection rejection;
    rejection.verdict = verdict;
    return rejection;
  }
  Rejection by_other(const RejectionRun& run) const {
    Rejection rejection = verdict(Verdict::by_other);
    rejection.rejected_by = who(run);
    return rejection;
  }
  static Rejection with_failure(Verdict verdict, SqlFailure failure) {
    Rejection rejection;
    rejection.verdict = verdict;
    rejection.failure = std::move(failure);
    return rejection;
  }

  static Rejection no_last_statement(const StatementReader& reader) {
    if (!reader.failure()) {
      return with_failure(Verdict::failed,
                          {SqlFailure::Kind::syntax, "there is no statement to reject", 0, 1, {}});
    }
    // Whether it is the last statement or an earlier one, it does not compile: no rejection.
    return with_failure(Verdict::failed, *reader.failure());
  }

  SqlFailure explain(const StatementReader& reader, const Statement& statement, int code) {
    return explained(schema_, guard_, reader, statement, code, limits_);
  }

  Rejection could_not_run(const StatementReader& reader, const Statement& statement,
                          const RejectionRun& run) {
    // The words are still those of the run: SQLite keeps them until the next call that fails.
    return with_failure(Verdict::failed, explain(reader, statement, run.code));
  }

  RejectionRun run_once(const Statement& statement) {
    const ChangeCounter counter(database_.getHandle());
    RejectionRun run;
    run.code = run_to_end(statement, bindings_);
    run.rows_changed = counter.changed();
    if (!run.succeeded()) run.message = sqlite3_errmsg(database_.getHandle());
    sqlite3_reset(statement.handle.get());
    return run;
  }

  /// A pragma that is on for its lifetime. Changing it makes SQLite compile the statement anew,
  /// which is needed: both pragmas used here change the code of a statement.
  class Setting {
   public:
    Setting(RejectionJudge& judge, const char* on, const char* off) : judge_(judge), off_(off) {
      judge.own_.run(on);
    }
    ~Setting() {
      // Without SQLiteCpp, which would throw out of a destructor.
      const Guard::Pause pause(judge_.guard_);
      sqlite3_exec(judge_.database_.getHandle(), off_, nullptr, nullptr, nullptr);
    }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;

   private:
    RejectionJudge& judge_;
    const char* off_;
  };

  // Whether the last statement can change something and yet be rejected: by FAIL, which keeps the
  // rows before the bad one, or by a foreign key that is checked later.
  bool may_leave_rows(const Statement& last) {
    const Guard::Pause pause(guard_);
    return foreign_keys_ || last.says_fail || schema_.may_leave_rows();
  }

  // What is now is what restore() brings back.
  void mark() {
    own_.run("SAVEPOINT \"baseline last\"");
    marked_ = true;
  }

  // Back to before the last statement. False when the transaction is gone.
  bool restore() {
    if (sqlite3_get_autocommit(database_.getHandle()) != 0) return false;
    if (marked_) {
      own_.run("ROLLBACK TO \"baseline last\"");
    } else {
      mark();
    }
    return true;
  }

  const Workshop& workshop_;
  SQLite::Database& database_;
  Guard& guard_;
  SchemaCache& schema_;
  StatementCache& statements_;
  OwnStatements& own_;
  bool foreign_keys_;
  const Bindings& bindings_;
  const ConstraintRef& by_;
  const RunLimits& limits_;
  bool marked_ = false;
  const std::vector<Constraint>* constraints_ = nullptr;
  const std::vector<Constraint>* wanted_ = nullptr;
  std::optional<TypedColumn> typed_column_;
  std::optional<re2::RE2> pattern_;
};

}  // namespace

Rejection judge_rejection(const Workshop& workshop, std::string_view sql, const Bindings& bindings,
                          const ConstraintRef& by, const RunLimits& limits) {
  return RejectionJudge(workshop, bindings, by, limits).judge(sql);
}

}  // namespace baseline::sqlite
