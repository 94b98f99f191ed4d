#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baseline::sqlite {

/// A constraint that CREATE TABLE declares. `x INTEGER UNIQUE` and `UNIQUE (x)` give the same one,
/// as they do in SQLite.
struct DeclaredConstraint {
  enum class Kind { not_null, unique, primary_key, check, foreign_key };
  Kind kind = Kind::check;
  std::string name;                  ///< empty when it has none
  std::vector<std::string> columns;  ///< not for CHECK
  std::string expression;            ///< CHECK: the SQL between its parentheses, as written
  std::string meaning;               ///< normalised, without the name
  std::string display;               ///< for people, with the name
};

/// What CREATE TABLE says about a column and no pragma tells.
struct DeclaredColumn {
  std::string name;
  std::string collation;          ///< lower case; empty for BINARY
  std::string generated;          ///< normalised expression of a generated column
  std::string not_null_conflict;  ///< "replace" of NOT NULL ON CONFLICT REPLACE; empty for ABORT
};

struct TableDefinition {
  std::vector<DeclaredColumn> columns;
  std::vector<DeclaredConstraint> constraints;
  bool autoincrement = false;
};

/// Reads a CREATE TABLE statement from sqlite_schema, where SQLite has accepted it. Names of
/// constraints exist nowhere else. Text that is no such statement gives an empty definition.
TableDefinition parse_create_table(std::string_view sql);

}  // namespace baseline::sqlite
