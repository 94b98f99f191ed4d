#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baseline {

using Blob = std::vector<std::byte>;

/// A value as a database stores it: NULL, integer, real, text (bytes), blob.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

/// Whether it is NULL.
inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// The value as an SQL literal: 'it''s', 5, 1.5, NULL, x'00ff'. Always valid text for people.
std::string sql_literal(const Value& value);

/// "x" with every `"` in it doubled: safe in SQL whatever the name is.
std::string quoted_identifier(std::string_view name);

/// "null", "integer", "real", "text", "blob".
std::string storage_class(const Value& value);

/// Equal by storage class, numbers by value: 5 ≠ '5', 1 = 1.0, NULL = NULL (docs/checks.md).
bool same_value(const Value& a, const Value& b);

}  // namespace baseline
