#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "store/sqlite/mutate/mutant_list.hpp"
#include "store/sqlite/sql/table_shape.hpp"

/// The mutants of one statement each; docs/mutate.md lists what they change.
namespace baseline::sqlite {

/// CREATE TABLE. `tables` are all of the script: a foreign key is pointed at another one.
void mutate_table(const TableShape& table, const std::vector<TableShape>& tables, MutantList& out);

/// Exchanges each column of a key or index with the next one.
void mutate_order(const Subject& subject, const std::vector<Span>& parts, MutantList& out);

/// ALTER TABLE … ADD COLUMN. False when the statement is none.
bool mutate_added_column(const std::vector<TableShape>& tables, Span statement, MutantList& out);

/// CREATE INDEX, VIEW or TRIGGER. False when the statement is none of them.
bool mutate_object(Span statement, MutantList& out);

/// By table in lower case: how many of its rows have been bent.
using RowCounts = std::map<std::string, std::size_t>;

/// INSERT, PRAGMA, and every statement that nothing else knows.
void mutate_rows(Span statement, RowCounts& bent, MutantList& out);

}  // namespace baseline::sqlite
