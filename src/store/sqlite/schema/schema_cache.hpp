#pragma once

#include <SQLiteCpp/Database.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/schema/constraints.hpp"
#include "store/sqlite/schema/indexes.hpp"
#include "store/sqlite/schema/schema_reading.hpp"

namespace baseline::sqlite {

/// The schema of one session's database, kept for what it was at the start of a transaction: almost
/// every check leaves it as it is.
class SchemaCache {
 public:
  /// Both must outlive the cache.
  SchemaCache(SQLite::Database& database, const Guard& guard)
      : database_(database), guard_(guard) {}

  /// Call at the start of a transaction, or where nobody can write: the schema is the one that
  /// every rollback comes back to.
  void at_start() { started_ = true; }
  /// The schema is another one for good.
  void forget() { at_start_.reset(); }

  // What these give is good until the next call of a member; they throw SQLite::Exception.
  const std::vector<Constraint>& constraints() { return now().constraints(database_); }
  const Indexes& indexes() { return now().indexes(database_); }
  const std::set<std::string>& plain_tables() { return now().plain_tables(database_); }
  /// The constraints that a check names.
  const std::vector<Constraint>& named(const ConstraintRef& by) {
    return now().named(database_, by);
  }
  /// Whether ON CONFLICT FAIL or RAISE(FAIL) may be somewhere in the schema: then a statement that
  /// is rejected can leave rows behind.
  bool may_leave_rows();

 private:
  bool is_known() const { return started_ && !guard_.schema_may_change(); }
  SchemaReading& now();

  SQLite::Database& database_;
  const Guard& guard_;
  bool started_ = false;
  std::shared_ptr<SchemaReading> at_start_;
  std::shared_ptr<SchemaReading> changed_;
};

}  // namespace baseline::sqlite
