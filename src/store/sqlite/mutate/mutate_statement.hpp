#pragma once

#include <vector>

#include "store/sqlite/mutate/mutant_list.hpp"
#include "store/sqlite/sql/table_shape.hpp"

/// The mutants of one statement each; docs/mutate.md lists what they change.
namespace baseline::sqlite {

/// CREATE TABLE. `tables` are all of the script: a foreign key is pointed at another one.
void mutate_table(const TableShape& table, const std::vector<TableShape>& tables, MutantList& out);

/// ALTER TABLE … ADD COLUMN. False when the statement is none.
bool mutate_added_column(const std::vector<TableShape>& tables, Span statement, MutantList& out);

/// CREATE INDEX, VIEW or TRIGGER. False when the statement is none of them.
bool mutate_object(Span statement, MutantList& out);

/// INSERT, PRAGMA, and every statement that nothing else knows.
void mutate_rows(Span statement, MutantList& out);

}  // namespace baseline::sqlite
