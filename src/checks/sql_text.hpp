#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/session.hpp"

namespace baseline {

/// SQL of a suite and how the engine cuts it into statements. No statements when it could not be
/// compiled at load because the application makes what it needs.
struct SqlText {
  std::string text;
  std::vector<StatementInfo> statements;

  /// The statement, counted from 1, as written; the whole text when it is not known.
  std::string_view statement(std::size_t number) const;
  std::string_view last() const { return statement(statements.size()); }
};

/// The SQL on one line, parameters replaced by their values as literals, shortened for a report.
std::string shown_sql(std::string_view sql, const Bindings& bindings);

/// `text`, concealed(), cut to `limit` bytes at most, at the end of a character, with "…" for what
/// is missing.
std::string shortened(std::string_view text, std::size_t limit);

/// The value as a short literal, however long it is.
std::string short_literal(const Value& value);

/// "('a', 7), ('b', 8), …": the first five rows.
std::string first_rows(const std::vector<std::vector<Value>>& rows);
/// "('a', 7)"
std::string row_literal(const std::vector<Value>& row);

}  // namespace baseline
