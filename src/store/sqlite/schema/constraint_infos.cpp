#include "store/sqlite/schema/constraint_infos.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/text.hpp"
#include "store/sqlite/sql/table_definition.hpp"

namespace baseline::sqlite {
namespace {

using ConstraintKind = Constraint::Kind;

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return to_lower(x) == to_lower(y); });
}

TableDefinition table_definition(SQLite::Database& database, const std::string& table) {
  SQLite::Statement row(database,
                        "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?");
  row.bind(1, table);
  return row.executeStep() ? parse_create_table(row.getColumn(0).getString()) : TableDefinition();
}

// The column that is the rowid (https://www.sqlite.org/lang_createtable.html#rowid): a NULL that is
// put into it becomes the next number, so its NOT NULL has nothing to reject.
bool is_rowid(SQLite::Database& database, const Constraint& constraint) {
  SQLite::Statement row(database,
                        "SELECT count(*) = 1 AND max(upper(type)) = 'INTEGER' "
                        "AND max(lower(name)) = lower(?2) FROM pragma_table_xinfo(?1, 'main') "
                        "WHERE pk AND NOT (SELECT wr FROM pragma_table_list(?1) "
                        "WHERE schema = 'main')");
  row.bind(1, constraint.table);
  row.bind(2, constraint.columns.front());
  return row.executeStep() && row.getColumn(0).getInt() != 0;
}

bool has_default(SQLite::Database& database, const Constraint& constraint) {
  SQLite::Statement row(database,
                        "SELECT dflt_value NOT NULL AND upper(dflt_value) <> 'NULL' "
                        "FROM pragma_table_xinfo(?, 'main') WHERE name = ? COLLATE NOCASE");
  row.bind(1, constraint.table);
  row.bind(2, constraint.columns.front());
  return row.executeStep() && row.getColumn(0).getInt() != 0;
}

// ON CONFLICT IGNORE and REPLACE reject nothing, except REPLACE of a NULL for which there is no
// default (https://www.sqlite.org/lang_conflict.html).
bool not_null_rejects(SQLite::Database& database, const TableDefinition& table,
                      const Constraint& constraint) {
  if (is_rowid(database, constraint)) return false;
  const std::string name = to_lower(constraint.columns.front());
  for (const DeclaredColumn& column : table.columns) {
    if (to_lower(column.name) != name) continue;
    if (column.not_null_conflict == "ignore") return false;
    return column.not_null_conflict != "replace" || !has_default(database, constraint);
  }
  return true;
}

bool key_rejects(const TableDefinition& table, const Constraint& constraint) {
  for (const DeclaredConstraint& declared : table.constraints) {
    if (declared.kind != constraint.kind || declared.name != constraint.name ||
        !same_names(declared.columns, constraint.columns)) {
      continue;
    }
    return !declared.meaning.ends_with(" ON CONFLICT ignore") &&
           !declared.meaning.ends_with(" ON CONFLICT replace");
  }
  return true;  // a unique index has no such clause
}

bool can_reject(SQLite::Database& database, const TableDefinition& table,
                const Constraint& constraint) {
  switch (constraint.kind) {
    case ConstraintKind::not_null:
      return not_null_rejects(database, table, constraint);
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
      return key_rejects(table, constraint);
    case ConstraintKind::check:
    case ConstraintKind::foreign_key:
      return true;
  }
  return true;
}

}  // namespace

std::vector<ConstraintInfo> constraint_infos(SQLite::Database& database) {
  std::map<std::string, TableDefinition> tables;
  std::vector<ConstraintInfo> out;
  for (const Constraint& constraint : read_constraints(database)) {
    const auto [table, is_new] = tables.try_emplace(constraint.table);
    if (is_new) table->second = table_definition(database, constraint.table);
    out.push_back({constraint.table, constraint.name, constraint.display,
                   can_reject(database, table->second, constraint)});
  }
  return out;
}

std::vector<std::size_t> resolved(const std::vector<Constraint>& all, const ConstraintRef& by) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!named_by({all[i]}, by).empty()) out.push_back(i);
  }
  return out;
}

}  // namespace baseline::sqlite
