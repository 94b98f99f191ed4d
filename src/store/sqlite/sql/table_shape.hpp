#pragma once

#include <string>
#include <vector>

#include "store/sqlite/sql/script.hpp"
#include "store/sqlite/sql/table_definition.hpp"

namespace baseline::sqlite {

/// A clause of CREATE TABLE and where its parts stand. What a clause does not have is empty.
struct ClauseShape {
  enum class Kind {
    not_null,
    unique,
    primary_key,
    check,
    foreign_key,
    default_value,
    collation,
    generated
  };
  Kind kind = Kind::check;
  std::string name;  ///< of a constraint
  Span whole;        ///< with CONSTRAINT and its name
  Span inner;        ///< expression of CHECK and AS, value of DEFAULT, without parentheses
  Span list;         ///< columns of a key, without parentheses; only of a table constraint
  std::vector<std::string> columns;  ///< of a key, also of a column's
  Span conflict;                     ///< ON CONFLICT action
  Span autoincrement;
  Span parent;  ///< of a foreign key: table and columns
  std::string parent_table;
  std::vector<std::string> parent_columns;
  Span on_delete;  ///< ON DELETE action
  Span on_update;
  Span deferrable;  ///< DEFERRABLE INITIALLY DEFERRED
};

struct ColumnShape {
  std::string name;
  Span whole;
  std::size_t name_at = 0;
  Span type;
  std::vector<ClauseShape> clauses;
};

/// Where the parts of a CREATE TABLE stand in a script. TableDefinition says what such a statement
/// means; this says where to change it.
struct TableShape {
  Span statement;
  std::string name;
  std::vector<ColumnShape> columns;
  std::vector<ClauseShape> constraints;
  Span strict;
  Span without_rowid;
};

/// The shape of the CREATE TABLE at `statement`; without columns when it is none, or one of a
/// virtual table or AS SELECT.
TableShape table_shape(const Script& script, Span statement);

/// The shape of one column definition that begins at `definition`.
ColumnShape column_shape(const Script& script, Span definition);

}  // namespace baseline::sqlite
