#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/table_definition.hpp"

namespace baseline::sqlite {

/// A constraint of the database as its rejections name it.
struct Constraint {
  using Kind = DeclaredConstraint::Kind;
  Kind kind = Kind::check;
  std::string table;
  std::string name;                  ///< declared name, or the unique index's; may be empty
  std::vector<std::string> columns;  ///< spelt as the table spells them; empty for CHECK
  std::string expression;            ///< CHECK
  std::string message;  ///< all that SQLite says when it rejects; empty for foreign keys
  std::string display;  ///< for people: "UNIQUE unique_location (a, b)"
};

/// Everything in the database that can reject a row, triggers and types aside. Throws
/// SQLite::Exception.
std::vector<Constraint> read_constraints(SQLite::Database& database);

/// The constraints of one scratch copy. Reading them means parsing every CREATE TABLE, and almost
/// every check leaves the schema as it is: they are kept for the schema that the copy started with.
class ConstraintCache {
 public:
  /// `database` must outlive the cache.
  explicit ConstraintCache(SQLite::Database& database) : database_(database) {}

  /// Call at the start of a transaction: the schema is the one that every rollback comes back to.
  void at_start();
  /// As read_constraints().
  const std::vector<Constraint>& current();

 private:
  SQLite::Database& database_;
  std::optional<int> start_version_;
  std::optional<std::vector<Constraint>> at_start_;
  std::vector<Constraint> changed_;
};

/// The constraints that SQLite means by an extended result code and message; several when they
/// cannot be told apart. Nothing for foreign keys, triggers and types.
std::vector<Constraint> reported(const std::vector<Constraint>& all, int code,
                                 const std::string& message);

/// Who rejected it, for people.
std::string describe_rejection(const std::vector<Constraint>& all, int code,
                               const std::string& message);

/// The constraints that a check names.
std::vector<Constraint> named_by(const std::vector<Constraint>& all, const ConstraintRef& by);

/// The name of the constraint; t(a, b) when it has none.
std::string name_or_columns(const Constraint& constraint);

/// What `by` could have said: the names, columns or expressions of its kind in this database.
std::vector<std::string> available_for(const std::vector<Constraint>& all,
                                       ConstraintRef::Kind kind);

}  // namespace baseline::sqlite
