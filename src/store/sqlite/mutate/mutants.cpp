#include "store/sqlite/mutate/mutants.hpp"

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
  auto next = tables.begin();
  for (const Span statement : statements) {
    if (next != tables.end() && next->statement.begin == statement.begin) {
      mutate_table(*next++, tables, out);
    } else if (!mutate_added_column(tables, statement, out) && !mutate_object(statement, out)) {
      mutate_rows(statement, out);
    }
  }
  return out.take();
}

}  // namespace baseline::sqlite
