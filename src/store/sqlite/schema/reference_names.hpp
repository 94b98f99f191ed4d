#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

#include "store/constraint_ref.hpp"
#include "store/sqlite/schema/constraints.hpp"

namespace baseline::sqlite {

/// The column that `by: {type: t.c}` names.
struct TypedColumn {
  std::string message;  ///< t.c as SQLite writes it
  bool rowid = false;   ///< INTEGER PRIMARY KEY
};

/// Nothing when there is no such column. Throws SQLite::Exception, as all of these.
std::optional<TypedColumn> find_typed_column(SQLite::Database& database, const ConstraintRef& by);

std::vector<std::string> trigger_names(SQLite::Database& database);

/// What a `by` of this kind could have named, triggers and types too.
std::vector<std::string> available_names(SQLite::Database& database,
                                         const std::vector<Constraint>& constraints,
                                         ConstraintRef::Kind kind);

}  // namespace baseline::sqlite
