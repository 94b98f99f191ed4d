#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/value.hpp"

namespace baseline {

struct ConstraintRef;
struct FileSettings;
struct Schema;
struct TableModel;

/// Values for the named parameters of a statement, by name without the colon.
using Bindings = std::map<std::string, Value, std::less<>>;

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
  std::size_t statements_run = 0;     ///< that succeeded
  std::vector<std::int64_t> changes;  ///< rows, by each of them
  /// By the last of them.
  std::int64_t rows_changed() const { return changes.empty() ? 0 : changes.back(); }
  std::optional<SqlFailure> failure;
};

/// Takes one row of a result as it comes.
using RowVisitor = std::function<void(const std::vector<Value>&)>;

/// A table or view, as far as one must know it to name its columns and rows.
struct TableInfo {
  std::string name;                  ///< as the schema spells it
  std::vector<std::string> columns;  ///< likewise, in their order
  /// The columns that tell its rows apart: the primary key, or else the engine's row number under a
  /// name that no column has. Empty for a view.
  std::vector<std::string> key;
};

/// What one statement costs, in counts that are the same in each run on the same data.
struct CostOutcome {
  std::uint64_t scanned = 0;  ///< rows visited by full scans, those that fill a passing index too
  std::uint64_t sorted = 0;   ///< sorts that no index saved
  std::uint64_t steps = 0;    ///< of the engine's own machine
  std::vector<std::string> uses;       ///< of Session::index_names(), in the order of the plan
  std::vector<std::string> plan;       ///< the engine's plan in its own words, for people only
  std::chrono::nanoseconds fastest{};  ///< of the timed runs, if there were any
  std::string engine;                  ///< "SQLite 3.40.1": steps depend on it
  std::vector<std::string> read;       ///< the tables that it reads, by name
  std::vector<std::string> bare;       ///< those of them with fewer than two rows: a scan of one
                                       ///< costs what a search costs
  std::optional<SqlFailure> failure;
};

/// A constraint or unique index that a database declares; triggers and types are none.
struct ConstraintInfo {
  std::string table;
  std::string name;        ///< declared, or the unique index's; may be empty
  std::string display;     ///< for people: "UNIQUE unique_location (a, b)"
  bool can_reject = true;  ///< false where the engine itself sees to it: NOT NULL on a rowid, or
                           ///< ON CONFLICT REPLACE
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
  std::vector<std::string> available;  ///< unknown_constraint: the names of those that it has
  std::int64_t rows_changed = 0;       ///< accepted: by the last statement
  std::string note;                    ///< more for people, also with by_named
  std::optional<SqlFailure> failure;
};

struct RunLimits {
  std::chrono::milliseconds timeout{10'000};
  std::size_t max_rows = 10'000;
  /// When the time is over, if it began before the call; messages name the timeout all the same.
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;
};

/// Row count of one table; nothing when the time for counting was over.
struct TableRows {
  std::string table;
  std::optional<std::uint64_t> rows;
};

/// The tables, views and triggers that SQL of suites has used, in lower case.
struct Touched {
  std::set<std::string, std::less<>> names;
  bool all = false;  ///< it asked the database for more than rows
};

/// A guarded connection to one database of an engine: the live one (read-only), a candidate
/// (read-only), a reference (the migration applied in memory) or a scratch copy (may be written).
/// SQL from users runs under the engine's guard: no way out of the database, no own transaction
/// control, limits on time and memory. Failures of user SQL come back as SqlFailure; Error is
/// thrown only when the database itself cannot be used (io) or is held by others (in_use).
class Session {
 public:
  virtual ~Session() = default;

  /// From here to end_reading() all that is read is of one state of the database, whatever others
  /// write meanwhile. Nothing is locked before the first read. Only one of live files needs it.
  virtual void begin_reading() {}
  virtual void end_reading() noexcept {}

  /// Compiles each statement of `sql` without running it. A text without a statement gives an
  /// empty list and no failure. Statements that depend on earlier DDL of the same text may fail.
  virtual CompileOutcome compile(std::string_view sql) = 0;

  /// Runs one read-only statement. Bindings that the statement does not use are ignored;
  /// parameters without a binding are NULL.
  virtual QueryOutcome query(std::string_view sql, const Bindings& bindings,
                             const RunLimits& limits) = 0;

  /// Runs one read-only statement and hands each row to `visit`, however many there are and however
  /// large; none is kept. Bindings and failures are as in query().
  virtual std::optional<SqlFailure> scan(std::string_view sql, const Bindings& bindings,
                                         const RunLimits& limits, const RowVisitor& visit) = 0;

  /// The table or view of this name; nothing when there is none. A view that cannot be read has no
  /// columns.
  virtual std::optional<TableInfo> table(std::string_view name) = 0;

  /// Runs all statements in order, stopping at the first failure. Rows that violate a deferred
  /// foreign key at the end are a failure of kind constraint on the last statement. Scratch only.
  virtual ExecuteOutcome execute(std::string_view sql, const Bindings& bindings,
                                 const RunLimits& limits) = 0;

  /// Runs all statements; all but the last must succeed, and `by` must by itself reject the last
  /// one. What the statements change stays until rollback(). Scratch only, inside begin().
  virtual Rejection reject(std::string_view sql, const Bindings& bindings, const ConstraintRef& by,
                           const RunLimits& limits) = 0;

  /// Runs one statement to its end and counts what that takes, then `timed_runs` times more against
  /// the clock. What it writes is undone after each run. Scratch only, inside begin().
  virtual CostOutcome measure(std::string_view sql, const Bindings& bindings,
                              const RunLimits& limits, unsigned timed_runs) = 0;

  /// What CostOutcome::uses can hold: the names of indexes and of UNIQUE and PRIMARY KEY
  /// constraints, and t(a, b) for such a constraint without a name. Sorted, each once.
  virtual std::vector<std::string> index_names() = 0;

  /// Starts the transaction of one check, with foreign keys enforced or not. Scratch only.
  virtual void begin(bool foreign_keys) = 0;

  /// Undoes all since begin(). False when the statements had ended the transaction themselves
  /// (INSERT OR ROLLBACK): then this scratch copy is spoilt and must be made anew.
  virtual bool rollback() = 0;

  /// A private copy that may be written: of a candidate or reference with its rows; of the live
  /// database only its schema, so that the cost does not depend on the data (docs/checks.md).
  virtual std::unique_ptr<Session> scratch() = 0;

  /// Notes from here on what SQL of suites uses, also by way of views, triggers and foreign keys;
  /// null: no longer. Scratch copies that are made meanwhile note the same. An engine that cannot
  /// tell says `all`.
  virtual void note_touched(Touched* touched) {
    if (touched != nullptr) touched->all = true;
  }

  /// Writes the whole database as a new, private file that any program of the engine can open.
  /// Throws Error{io}. Not for a live database: it may be large.
  virtual void save(const std::filesystem::path& file) = 0;

  /// The constraints that a `rejects` check can name, in the order of their tables.
  virtual std::vector<ConstraintInfo> constraints() = 0;

  /// Which of constraints() `by` names, as indexes, just as reject() understands it.
  virtual std::vector<std::size_t> resolve(const ConstraintRef& by) = 0;

  /// The schema without the engine's own tables.
  virtual Schema schema() = 0;

  /// The same for those who write rows: tables, then virtual tables, then views, each in the order
  /// in which they were made.
  virtual std::vector<TableModel> tables() = 0;

  /// How its file is kept; of what was applied in private: the file that will be made of it.
  virtual FileSettings file_settings() = 0;

  /// The revision that a migration tool has stamped into the database (alembic_version), if any.
  virtual std::optional<std::string> revision() = 0;

  /// Counts rows of all tables, by name; gives up counting (nullopt) once the budget is spent.
  virtual std::vector<TableRows> count_rows(std::chrono::milliseconds budget) = 0;

  /// Runs the engine's own integrity check. Returns what it found, or nothing when it is sound.
  enum class Depth { quick, full };
  virtual std::optional<std::string> integrity_problem(Depth depth) = 0;
};

}  // namespace baseline
