#include "store/sqlite/schema/reference_names.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using RefKind = ConstraintRef::Kind;

std::vector<std::string> reference_names_in(SQLite::Database& database, const char* type,
                                            const char* what, const char* join) {
  SQLite::Statement statement(
      database, fmt::format("SELECT {} FROM main.sqlite_schema AS s{} WHERE s.type = '{}' "
                            "AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
                            what, join, type));
  std::vector<std::string> out;
  while (statement.executeStep()) out.push_back(statement.getColumn(0).getString());
  return out;
}

}  // namespace

std::optional<TypedColumn> find_typed_column(SQLite::Database& database, const ConstraintRef& by) {
  const std::vector<Token> tokens = tokenize(by.text);
  if (tokens.size() != 3 || !is_symbol(tokens[1], ".")) return std::nullopt;
  SQLite::Statement column(
      database,
      "SELECT s.name, c.name, c.pk = 1 AND c.type = 'INTEGER' COLLATE NOCASE "
      "AND (SELECT count(*) FROM pragma_table_xinfo(s.name, 'main') WHERE pk) = 1 "
      "FROM main.sqlite_schema AS s, pragma_table_xinfo(s.name, 'main') AS c "
      "WHERE s.type = 'table' AND s.name = ?1 COLLATE NOCASE AND c.name = ?2 COLLATE NOCASE");
  column.bind(1, unquoted(tokens[0]));
  column.bind(2, unquoted(tokens[2]));
  if (!column.executeStep()) return std::nullopt;
  return TypedColumn{column.getColumn(0).getString() + "." + column.getColumn(1).getString(),
                     column.getColumn(2).getInt() != 0};
}

std::vector<std::string> trigger_names(SQLite::Database& database) {
  return reference_names_in(database, "trigger", "s.name", "");
}

std::vector<std::string> available_names(SQLite::Database& database,
                                         const std::vector<Constraint>& constraints,
                                         ConstraintRef::Kind kind) {
  if (kind == RefKind::trigger) return trigger_names(database);
  if (kind == RefKind::type) {
    return reference_names_in(database, "table", "s.name || '.' || c.name",
                              ", pragma_table_xinfo(s.name, 'main') AS c");
  }
  return available_for(constraints, kind);
}

}  // namespace baseline::sqlite
