#include "store/sqlite/session/session.hpp"

#include <SQLiteCpp/Transaction.h>

#include <stdexcept>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/constraint_infos.hpp"
#include "store/sqlite/schema/foreign_keys.hpp"
#include "store/sqlite/schema/indexes.hpp"
#include "store/sqlite/schema/marks.hpp"
#include "store/sqlite/schema/schema_clone.hpp"
#include "store/sqlite/schema/table_models.hpp"
#include "store/sqlite/session/measure.hpp"
#include "store/sqlite/session/rejection.hpp"
#include "store/sqlite/session/run.hpp"
#include "store/sqlite/sql/script.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

constexpr std::size_t kMaxResultBytes = std::size_t{64} << 20;

std::size_t value_size(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  if (const auto* blob = std::get_if<Blob>(&value)) return blob->size();
  return sizeof(Value);
}

SqlFailure not_one_query() {
  return {SqlFailure::Kind::denied, "query must be one read-only statement", 0, 1, {}};
}

bool is_pragma(std::string_view sql) {
  const std::optional<Token> first = next_token(sql, 0);
  return first && is_keyword(*first, "pragma");
}

// PRAGMA journal_mode, PRAGMA main.journal_mode
bool asks_for_journal_mode(std::string_view sql) {
  if (!is_pragma(sql)) return false;
  const Script script(sql);
  const std::vector<Span> statements = script.statements();
  if (statements.size() != 1) return false;
  const std::string text = normalised(script.tokens(statements.front()));
  return text == "pragma journal_mode" || text == "pragma main . journal_mode";
}

}  // namespace

SqliteSession::SqliteSession(SQLite::Database database, Role role, bool becomes_wal)
    : database_(std::move(database)),
      guard_(database_.getHandle()),
      role_(role),
      becomes_wal_(becomes_wal) {
  if (role_ == Role::sealed) schema_.at_start();
}

void SqliteSession::begin_reading() {
  if (role_ != Role::live || is_in_transaction()) return;
  translated([&] { own_.run("BEGIN"); });
}

void SqliteSession::end_reading() noexcept {
  if (role_ != Role::live || !is_in_transaction()) return;
  try {
    own_.run("COMMIT");
  } catch (const SQLite::Exception&) {
    // Nothing was written: what fails has ended the transaction, or ends with the connection.
  }
}

CompileOutcome SqliteSession::compile(std::string_view sql) {
  const Guard::Scope scope(guard_, Guard::Rules::check);
  StatementReader reader(database_.getHandle(), guard_, sql);
  CompileOutcome outcome;
  while (const Statement* const statement = reader.next()) {
    outcome.statements.push_back(statement->info);
  }
  outcome.failure = reader.failure();
  return outcome;
}

std::optional<SqlFailure> SqliteSession::step_through(
    std::string_view sql, const Bindings& bindings, const RunLimits& limits, bool any_length,
    const Columns& columns, const std::function<bool(sqlite3_stmt*)>& visit) {
  const Guard::Scope scope(guard_, limits);
  StatementReader reader(database_.getHandle(), guard_, sql, cache());
  const Statement* const statement = reader.next();
  if (statement == nullptr) return reader.failure() ? *reader.failure() : not_one_query();
  if (!statement->info.read_only || !reader.at_end()) return not_one_query();
  if (any_length) guard_.lift_length_limit();
  sqlite3_stmt* const running = statement->handle.get();
  bind(running, bindings);
  columns(running);
  int code = sqlite3_step(running);
  for (std::size_t row = 1; code == SQLITE_ROW; ++row) {
    if (!visit(running)) return std::nullopt;
    // With a whole number of steps for each row, SQLite's own look at the clock may never come.
    constexpr std::size_t kRowsBetweenLooks = 64;
    const bool stop = row % kRowsBetweenLooks == 0 && guard_.must_stop();
    code = stop ? SQLITE_INTERRUPT : sqlite3_step(running);
  }
  if (code == SQLITE_DONE) return std::nullopt;
  return explained(schema_, guard_, reader, *statement, code, limits);
}

QueryOutcome SqliteSession::query(std::string_view sql, const Bindings& bindings,
                                  const RunLimits& limits) {
  QueryOutcome outcome;
  std::size_t bytes = 0;
  std::optional<SqlFailure> too_large;
  int columns = 0;
  const auto name_columns = [&](sqlite3_stmt* statement) {
    columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; ++i)
      outcome.columns.emplace_back(sqlite3_column_name(statement, i));
  };
  const auto keep = [&](sqlite3_stmt* statement) {
    outcome.truncated = outcome.rows.size() == limits.max_rows;
    if (outcome.truncated) return false;
    std::vector<Value>& row = outcome.rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      bytes += value_size(row.emplace_back(column_value(statement, i)));
    }
    if (bytes <= kMaxResultBytes) return true;
    too_large = SqlFailure{SqlFailure::Kind::limit, "the result is larger than 64 MiB", 0, 1, {}};
    return false;
  };
  // PRAGMA integrity_check reads whole rows, and those of the application may be larger than what
  // a check may make.
  // An immutable connection needs no journal, and would call that of any file "delete".
  const bool is_wal_question = asks_for_journal_mode(sql) && (becomes_wal_ || is_wal(database_));
  outcome.failure = step_through(is_wal_question ? "SELECT 'wal' AS journal_mode" : sql, bindings,
                                 limits, is_pragma(sql), name_columns, keep);
  if (too_large) outcome.failure = std::move(too_large);
  return outcome;
}

std::optional<SqlFailure> SqliteSession::scan(std::string_view sql, const Bindings& bindings,
                                              const RunLimits& limits, const RowVisitor& visit) {
  std::vector<Value> row;
  const auto count = [&](sqlite3_stmt* statement) {
    row.resize(static_cast<std::size_t>(sqlite3_column_count(statement)));
  };
  return step_through(sql, bindings, limits, true, count, [&](sqlite3_stmt* statement) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = column_value(statement, static_cast<int>(i));
    }
    visit(row);
    return true;
  });
}

ExecuteOutcome SqliteSession::execute(std::string_view sql, const Bindings& bindings,
                                      const RunLimits& limits) {
  sqlite3* const handle = database_.getHandle();
  const Guard::Scope scope(guard_, limits);
  StatementReader reader(handle, guard_, sql, cache());
  ExecuteOutcome outcome;
  const Statement* last = nullptr;
  while (const Statement* const statement = reader.next()) {
    const ChangeCounter counter(handle);
    if (const int code = run_to_end(*statement, bindings); code != SQLITE_DONE) {
      outcome.failure = explained(schema_, guard_, reader, *statement, code, limits);
      if (code == SQLITE_CONSTRAINT_FOREIGNKEY && role_ == Role::scratch) {
        std::string keys = keys_that_reject(workshop(), *statement, bindings);
        if (!keys.empty()) outcome.failure->rejected_by = std::move(keys);
      }
      return outcome;
    }
    ++outcome.statements_run;
    outcome.changes.push_back(counter.changed());
    last = statement;
  }
  outcome.failure = reader.failure();
  if (!outcome.failure && last != nullptr && has_deferred_violations(handle)) {
    // The transaction is never committed, where the application's would be rejected.
    const Guard::Pause pause(guard_);
    outcome.failure =
        SqlFailure{SqlFailure::Kind::constraint, "FOREIGN KEY constraint failed", last->info.offset,
                   last->number, translated([&] { return violated_keys(database_); })};
  }
  return outcome;
}

Workshop SqliteSession::workshop() {
  return {database_, guard_, schema_, statements_, own_, foreign_keys_.value_or(false)};
}

Rejection SqliteSession::reject(std::string_view sql, const Bindings& bindings,
                                const ConstraintRef& by, const RunLimits& limits) {
  return translated([&] { return judge_rejection(workshop(), sql, bindings, by, limits); });
}

void SqliteSession::begin(bool foreign_keys) {
  if (role_ != Role::scratch)
    throw std::logic_error("begin() on a session that is no scratch copy");
  translated([&] {
    // Outside of a transaction the schema was changed for good.
    if (guard_.schema_may_change()) {
      schema_.forget();
      statements_.clear();
      guard_.expect_schema();
    }
    // One transaction of SQLite's stays open over all checks, each of which has a savepoint in it:
    // to begin and end it each time would cost more than what a check does. Inside of it the pragma
    // does nothing, so it comes first.
    if (foreign_keys_ != foreign_keys) {
      if (is_in_transaction()) own_.run("ROLLBACK");
      own_.run(foreign_keys ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF");
      foreign_keys_ = foreign_keys;
    }
    if (!is_in_transaction()) own_.run("BEGIN");
    own_.run("SAVEPOINT \"baseline check\"");
    schema_.at_start();
  });
}

bool SqliteSession::rollback() {
  if (!is_in_transaction()) return false;
  translated([&] {
    if (guard_.schema_may_change()) {
      // SQLite would read the schema anew after each savepoint until the transaction ends.
      own_.run("ROLLBACK");
    } else {
      own_.run("ROLLBACK TO \"baseline check\"");
      own_.run("RELEASE \"baseline check\"");
    }
  });
  guard_.expect_schema();
  return true;
}

SqliteSession::KnownTables& SqliteSession::known_tables() {
  switch (role_) {
    case Role::sealed:
      break;
    case Role::live:
      // The version comes first, so that what is read is of this version or of a later one.
      if (const auto version = own_.number("PRAGMA schema_version");
          version != known_tables_.version) {
        known_tables_ = {version, {}};
      }
      break;
    case Role::scratch:
      // A rollback sets the version back, and the next change counts to the same number.
      known_tables_ = {};
      break;
  }
  return known_tables_;
}

bool SqliteSession::is_in_transaction() {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

CostOutcome SqliteSession::measure(std::string_view sql, const Bindings& bindings,
                                   const RunLimits& limits, unsigned timed_runs) {
  return translated([&] { return measured(workshop(), {sql, bindings, limits, timed_runs}); });
}

std::vector<std::string> SqliteSession::index_names() {
  return translated([&] { return schema_.indexes().names(); });
}

std::unique_ptr<Session> SqliteSession::scratch() {
  return translated([&] {
    auto copy = std::make_unique<SqliteSession>(
        role_ == Role::live ? schema_clone(database_) : copy_of(database_), Role::scratch);
    copy->note_touched(guard_.touched());
    return copy;
  });
}

void SqliteSession::save(const std::filesystem::path& file) {
  translated([&] { copy_to_file(database_, file, becomes_wal_); });
}

std::vector<ConstraintInfo> SqliteSession::constraints() {
  return translated([&] { return constraint_infos(database_); });
}

std::vector<std::size_t> SqliteSession::resolve(const ConstraintRef& by) {
  return translated([&] { return resolved(schema_.constraints(), by); });
}

Schema SqliteSession::schema() {
  return translated([&] {
    // What others may change must not do so between its text and what is read of it.
    std::optional<SQLite::Transaction> reading;
    if (role_ == Role::live && !is_in_transaction()) reading.emplace(database_);
    Schema schema = SchemaReading::of(database_)->schema(database_);
    schema.marks = read_marks(database_, schema);
    return schema;
  });
}

std::vector<TableModel> SqliteSession::tables() {
  return translated([&] { return read_tables(database_); });
}

}  // namespace baseline::sqlite
