#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/constraint_ref.hpp"
#include "store/schema.hpp"
#include "store/table_model.hpp"
#include "store/value.hpp"

namespace baseline {

/// Values for the named parameters of a statement, by name without the colon.
using Bindings = std::map<std::string, Value>;

/// One statement of an SQL text.
struct StatementInfo {
  std::size_t offset = 0;  ///< where it starts in the text, in bytes
  std::size_t length = 0;  ///< in bytes, without the semicolon
  bool read_only = false;
  std::vector<std::string> parameters;  ///< names without the colon, each once
};

/// Why SQL could not be compiled or run. A result, not an exception: checks turn it into a verdict.
struct SqlFailure {
  enum class Kind {
    syntax,          ///< does not compile
    missing_object,  ///< does not compile: no such table, column, …
    constraint,      ///< a constraint or trigger rejected it
    denied,          ///< the authorizer refused it
    timeout,         ///< took longer than allowed
    busy,            ///< locked by somebody else
    limit,           ///< too big, too much memory
    other,           ///< anything else
  };
  Kind kind = Kind::other;
  std::string message;                ///< the engine's own words, with "; did you mean 'x'?"
  std::optional<std::size_t> offset;  ///< bytes from the start of the whole SQL text
  std::size_t statement = 1;          ///< which statement of the text, from 1
  std::string rejected_by;  ///< kind constraint: for people, "UNIQUE unique_location (a, b)"
};

struct CompileOutcome {
  std::vector<StatementInfo> statements;  ///< those before the failure
  std::optional<SqlFailure> failure;
};

struct QueryOutcome {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;  ///< at most RunLimits::max_rows
  bool truncated = false;                ///< there were more
  std::optional<SqlFailure> failure;
};

struct ExecuteOutcome {
  std::size_t statements_run = 0;  ///< that succeeded
  std::int64_t rows_changed = 0;   ///< by the last statement that ran
  std::optional<SqlFailure> failure;
};

/// What became of statements of which the last should be rejected.
struct Rejection {
  enum class Verdict {
    by_named,            ///< the named constraint by itself rejects the last statement
    by_other,            ///< rejected, but not by the named one
    accepted,            ///< nothing rejected it
    unknown_constraint,  ///< this database has no such constraint
    setup_rejected,      ///< a statement before the last one failed; see failure
    failed,              ///< it could not be evaluated; see failure
  };
  Verdict verdict = Verdict::failed;
  std::string rejected_by;             ///< by_other: who did, for people
  std::vector<std::string> available;  ///< the names of constraints that this database has
  std::int64_t rows_changed = 0;       ///< accepted: by the last statement
  std::string note;                    ///< more for people, also with by_named
  std::optional<SqlFailure> failure;
};

struct RunLimits {
  std::chrono::milliseconds timeout{10'000};
  std::size_t max_rows = 10'000;
};

/// Row count of one table; nothing when the time for counting was over.
struct TableRows {
  std::string table;
  std::optional<std::uint64_t> rows;
};

/// A guarded connection to one database of an engine: the live one (read-only), a candidate
/// (read-only), a reference (the migration applied in memory) or a scratch copy (may be written).
/// SQL from users runs under the engine's guard: no way out of the database, no own transaction
/// control, limits on time and memory. Failures of user SQL come back as SqlFailure; Error is
/// thrown only when the database itself cannot be used (io) or is held by others (in_use).
class Session {
 public:
  virtual ~Session() = default;

  /// Compiles each statement of `sql` without running it. A text without a statement gives an
  /// empty list and no failure. Statements that depend on earlier DDL of the same text may fail.
  virtual CompileOutcome compile(std::string_view sql) = 0;

  /// Runs one read-only statement. Bindings that the statement does not use are ignored;
  /// parameters without a binding are NULL.
  virtual QueryOutcome query(std::string_view sql, const Bindings& bindings,
                             const RunLimits& limits) = 0;

  /// Runs all statements in order, stopping at the first failure. Rows that violate a deferred
  /// foreign key at the end are a failure of kind constraint on the last statement. Scratch only.
  virtual ExecuteOutcome execute(std::string_view sql, const Bindings& bindings,
                                 const RunLimits& limits) = 0;

  /// Runs all statements; all but the last must succeed, and `by` must by itself reject the last
  /// one. Leaves the transaction as it was before the call. Scratch only, inside begin().
  virtual Rejection reject(std::string_view sql, const Bindings& bindings, const ConstraintRef& by,
                           const RunLimits& limits) = 0;

  /// Starts the transaction of one check, with foreign keys enforced or not. Scratch only.
  virtual void begin(bool foreign_keys) = 0;

  /// Undoes all since begin(). False when the statements had ended the transaction themselves
  /// (INSERT OR ROLLBACK): then this scratch copy is spoilt and must be made anew.
  virtual bool rollback() = 0;

  /// A private copy that may be written: of a candidate or reference with its rows; of the live
  /// database only its schema, so that the cost does not depend on the data (docs/checks.md).
  virtual std::unique_ptr<Session> scratch() = 0;

  /// The schema without the engine's own tables.
  virtual Schema schema() = 0;

  /// The same for those who write rows: tables, then virtual tables, then views, each in the order
  /// in which they were made.
  virtual std::vector<TableModel> tables() = 0;

  /// The revision that a migration tool has stamped into the database (alembic_version), if any.
  virtual std::optional<std::string> revision() = 0;

  /// Counts rows of all tables, by name; gives up counting (nullopt) once the budget is spent.
  virtual std::vector<TableRows> count_rows(std::chrono::milliseconds budget) = 0;

  /// Runs the engine's own integrity check. Returns what it found, or nothing when it is sound.
  enum class Depth { quick, full };
  virtual std::optional<std::string> integrity_problem(Depth depth) = 0;
};

}  // namespace baseline
