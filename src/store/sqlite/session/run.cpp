#include "store/sqlite/session/run.hpp"

#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/schema/foreign_keys.hpp"

namespace baseline::sqlite {

int run_to_end(const Statement& statement, const Bindings& bindings) {
  bind(statement.handle.get(), bindings);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement.handle.get());
  return code;
}

SqlFailure explained(SchemaCache& schema, Guard& guard, const StatementReader& reader,
                     const Statement& statement, int code, const RunLimits& limits) {
  SqlFailure failure = reader.run_failure(statement, code);
  if (guard.timed_out()) {
    failure.kind = SqlFailure::Kind::timeout;
    failure.message =
        fmt::format("took longer than {} and was stopped", short_duration(limits.timeout));
  }
  if (failure.kind == SqlFailure::Kind::constraint) {
    const Guard::Pause pause(guard);
    failure.rejected_by = translated(
        [&] { return describe_rejection(schema.constraints(), code, failure.message, true); });
  }
  return failure;
}

// SQLite does not say which. Put off until COMMIT, none rejects the statement, and the rows that
// have no parent then show it.
std::string keys_that_reject(const Workshop& workshop, const Statement& statement,
                             const Bindings& bindings) {
  SQLite::Database& database = workshop.database;
  OwnStatements& own = workshop.own;
  const auto orphans_now = [&] {
    const Guard::Pause pause(workshop.guard);
    return orphans(database);
  };
  const auto undo = [&] {
    sqlite3_reset(statement.handle.get());
    own.run("ROLLBACK TO \"baseline keys\"");
    own.run("RELEASE \"baseline keys\"");
    own.run("PRAGMA defer_foreign_keys = OFF");
  };
  try {
    sqlite3_reset(statement.handle.get());
    const std::multiset<Orphan> before = orphans_now();
    std::multiset<Orphan> after = before;
    own.run("SAVEPOINT \"baseline keys\"");
    try {
      own.run("PRAGMA defer_foreign_keys = ON");
      if (run_to_end(statement, bindings) == SQLITE_DONE) after = orphans_now();
    } catch (const SQLite::Exception&) {
      undo();
      throw;
    }
    undo();
    const Guard::Pause pause(workshop.guard);
    std::vector<std::string> names;
    for (const Constraint& key :
         keys_of_new(database, workshop.schema.constraints(), before, after)) {
      names.push_back(key.display);
    }
    return join(names, " or ");
  } catch (const SQLite::Exception&) {
    return {};  // "foreign key mismatch", or OR ROLLBACK has ended the transaction
  }
}

bool has_deferred_violations(sqlite3* database) {
  int current = 0;
  int highest = 0;
  sqlite3_db_status(database, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
  return current != 0;
}

}  // namespace baseline::sqlite
