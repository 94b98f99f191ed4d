#pragma once

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <cstdint>

#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/schema_cache.hpp"
#include "store/sqlite/session/workshop.hpp"

namespace baseline::sqlite {

/// Runs a statement to its end and drops its rows. Returns SQLite's extended result code,
/// SQLITE_DONE when it succeeded.
int run_to_end(const Statement& statement, const Bindings& bindings);

/// The failure of a statement that returned `code`, with the time limit in words and, for a
/// constraint, who rejected it.
SqlFailure explained(SchemaCache& schema, Guard& guard, const StatementReader& reader,
                     const Statement& statement, int code, const RunLimits& limits);

/// The foreign keys that reject a statement, for people; empty when they cannot be found. Call it
/// on a scratch copy, with the statement as it has just failed.
std::string keys_that_reject(const Workshop& workshop, const Statement& statement,
                             const Bindings& bindings);

/// Whether rows violate a foreign key that is checked only at COMMIT.
bool has_deferred_violations(sqlite3* database);

/// Counts the rows that one statement changes, which sqlite3_changes() alone cannot: it keeps the
/// count of an earlier statement when the last one was no INSERT, UPDATE or DELETE.
class ChangeCounter {
 public:
  explicit ChangeCounter(sqlite3* database)
      : database_(database), before_(sqlite3_total_changes64(database)) {}
  std::int64_t changed() const {
    return sqlite3_total_changes64(database_) == before_ ? 0 : sqlite3_changes64(database_);
  }

 private:
  sqlite3* database_;
  std::int64_t before_;
};

}  // namespace baseline::sqlite
