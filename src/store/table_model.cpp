#include "store/table_model.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace baseline {

const ColumnModel* TableModel::column(const std::string& wanted) const {
  const auto found = std::ranges::find_if(columns, [&](const ColumnModel& candidate) {
    return to_lower(candidate.name) == to_lower(wanted);
  });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace baseline
