#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "checks/kinds.hpp"

namespace baseline {

/// A column of a table or view.
struct ColumnName {
  std::string table;
  std::string column;
  std::size_t column_offset = 0;  ///< where its part starts in the text, in bytes
};

/// Reads table.column; a part may be quoted as in SQL: "my table"."a.b". Nothing when it is not
/// of that form.
std::optional<ColumnName> parse_column(std::string_view text);

/// The column that the node under `key` names in the baseline, names as written. A table that is
/// not there is only a warning in a check with `when: after`: the application may make it. Nothing,
/// and a problem, when it is wrong.
std::optional<ColumnName> read_column(const CheckDraft& draft, const yaml::Node& node,
                                      std::string_view key);

}  // namespace baseline
