#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/constraint_ref.hpp"
#include "store/sqlite/sql/table_definition.hpp"

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

  bool operator==(const Constraint&) const = default;
};

/// Everything in the database that can reject a row, triggers and types aside. Throws
/// SQLite::Exception.
std::vector<Constraint> read_constraints(SQLite::Database& database);

/// The constraints of `all` that SQLite means by an extended result code and message; several when
/// they cannot be told apart. Nothing for foreign keys, triggers and types.
std::vector<const Constraint*> reported(const std::vector<Constraint>& all, int code,
                                        std::string_view message);

/// Who rejected it, for people; `with_text`: a CHECK that has a name with its expression, too.
std::string describe_rejection(const std::vector<Constraint>& all, int code,
                               const std::string& message, bool with_text = false);

/// The constraints that a check names.
std::vector<Constraint> named_by(const std::vector<Constraint>& all, const ConstraintRef& by);

/// The name of the constraint; t(a, b) when it has none.
std::string name_or_columns(const Constraint& constraint);

/// The constraint by what it is, as if it had no name.
ConstraintRef reference_to(const Constraint& constraint);

/// What `by` could have said: the names, columns or expressions of its kind in this database.
std::vector<std::string> available_for(const std::vector<Constraint>& all,
                                       ConstraintRef::Kind kind);

}  // namespace baseline::sqlite
