#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/table_model.hpp"

namespace baseline::generate {

/// Values of a row by column; a column that is missing takes its default.
using Row = std::map<std::string, Value>;

/// `INSERT INTO t (a, b) VALUES (1, 2), (3, 4)` with the columns of the first row, laid out in
/// lines when it is long. A value is written as `:name` when `parameters` names the column.
std::string insert_sql(const TableModel& table, const std::vector<Row>& rows,
                       const std::map<std::string, std::string>& parameters = {});

/// `UPDATE t SET a = 1 WHERE id = -1`, the row being found by its key.
std::string update_sql(const TableModel& table, const Row& changes, const Row& row,
                       const std::map<std::string, std::string>& parameters = {});

/// `DELETE FROM t WHERE id = -1`
std::string delete_sql(const TableModel& table, const Row& row);

/// ` WHERE id = -1`: the key of the row, or else its columns; nothing when it has none.
std::string where_sql(const TableModel& table, const Row& row);

/// Names for parameters, one for each column: its own name where YAML and SQL allow it.
std::map<std::string, std::string> parameter_names(const std::vector<std::string>& columns);

}  // namespace baseline::generate
