#pragma once

#include <vector>

#include "store/table_model.hpp"

namespace baseline::generate {

/// The `n`-th (from 0) of the most ordinary values for a column: 'a', 'b', …; 1, 2, …; for a key
/// -1, -2, …, which applications never use.
Value plain_value(const ColumnModel& column, bool key, int n);

/// Values of every kind that are worth a try in a column, beside those that an expression names.
std::vector<Value> common_values(const ColumnModel& column);

}  // namespace baseline::generate
