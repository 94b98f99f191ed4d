#pragma once

#include <SQLiteCpp/Database.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/schema.hpp"
#include "store/session.hpp"
#include "store/sqlite/schema/constraints.hpp"
#include "store/sqlite/schema/indexes.hpp"

namespace baseline::sqlite {

/// What is known of one schema. All of it follows from the text of the schema, so the reference,
/// the candidate, the live database and their scratch copies share one as long as they have the
/// same: to read it means to parse every CREATE TABLE and to ask SQLite some twenty questions.
class SchemaReading {
 public:
  explicit SchemaReading(std::string text) : text_(std::move(text)) {}

  /// That of this database's schema as it is now. Throws SQLite::Exception.
  static std::shared_ptr<SchemaReading> of(SQLite::Database& database);

  // Each is read when first asked for, from a database that has this schema at that moment: one
  // that others may change must be in a transaction since of(). They throw SQLite::Exception.
  const Schema& schema(SQLite::Database& database);
  const std::vector<Constraint>& constraints(SQLite::Database& database);
  const Indexes& indexes(SQLite::Database& database);
  /// As named_by() of the constraints; many checks, and all cases of one, ask for the same.
  const std::vector<Constraint>& named(SQLite::Database& database, const ConstraintRef& by);
  /// The tables of which SQLite itself keeps the rows, by name, in small letters.
  const std::set<std::string>& plain_tables(SQLite::Database& database);
  /// Whether ON CONFLICT FAIL or RAISE(FAIL) may be somewhere in the schema.
  bool may_say_fail();

 private:
  std::string text_;
  std::optional<Schema> schema_;
  std::optional<std::vector<Constraint>> constraints_;
  std::optional<Indexes> indexes_;
  using Named = std::map<std::string, std::vector<Constraint>, std::less<>>;
  std::map<ConstraintRef::Kind, Named> named_;
  std::optional<std::set<std::string>> plain_tables_;
  std::optional<bool> says_fail_;
};

}  // namespace baseline::sqlite
