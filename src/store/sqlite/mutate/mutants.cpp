#include "store/sqlite/mutate/mutants.hpp"

#include <fmt/format.h>

#include <utility>

#include "store/sqlite/mutate/mutate_statement.hpp"
#include "store/sqlite/sql/table_shape.hpp"
#include "store/sqlite/sql/up_part.hpp"

namespace baseline::sqlite {

std::vector<Mutant> mutants_of(const Migration& migration) {
  const auto up = up_part(migration.sql);
  const Script script(up ? up->sql : migration.sql);
  const std::vector<Span> statements = script.statements();
  std::vector<TableShape> tables;
  for (const Span statement : statements) {
    TableShape table = table_shape(script, statement);
    if (!table.columns.empty()) tables.push_back(std::move(table));
  }
  MutantList out(script);
  RowCounts bent;
  auto next = tables.begin();
  for (const Span statement : statements) {
    if (next != tables.end() && next->statement.begin == statement.begin) {
      mutate_table(*next++, tables, out);
    } else if (!mutate_added_column(tables, statement, out) && !mutate_object(statement, out)) {
      mutate_rows(statement, bent, out);
    }
  }
  if (!statements.empty()) {
    const std::size_t last = statements.back().end - 1;
    const auto add = [&](MutantKind kind, const std::string& element, const std::string& sql) {
      out.insert({kind, MutantEffect::content, element}, last, "; " + sql, "added");
    };
    add(MutantKind::table, "table extra_x", "CREATE TABLE extra_x (a)");
    for (const char* const name : {"user_version", "application_id"}) {
      add(MutantKind::setting, fmt::format("PRAGMA {}", name), fmt::format("PRAGMA {} = 86", name));
    }
  }
  return out.take();
}

}  // namespace baseline::sqlite
