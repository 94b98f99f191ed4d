#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/kinds.hpp"

namespace baseline {

/// A column of a table or view, or several whose values belong together.
struct ColumnName {
  std::string table;
  std::vector<std::string> columns;  ///< never empty
  std::vector<std::size_t> offsets;  ///< where each of them starts in the text, in bytes

  /// "table.column" or "table (a, b)", for people.
  std::string text() const;
};

/// Reads table.column or table(a, b); a part may be quoted as in SQL: "my table"."a.b". Nothing
/// when it is not of one of these forms.
std::optional<ColumnName> parse_column(std::string_view text);

/// The column, or the columns, that the node under `key` names in the baseline, names as written. A
/// table that is not there is only a warning in a check with `when: after`: the application may
/// make it. Nothing, and a problem, when it is wrong.
std::optional<ColumnName> read_column(const CheckDraft& draft, const yaml::Node& node,
                                      std::string_view key);

}  // namespace baseline
