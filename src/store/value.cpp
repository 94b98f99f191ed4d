#include "store/value.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "base/text.hpp"

namespace baseline {
namespace {

std::string real_literal(double number) {
  if (std::isnan(number)) return "NULL";  // SQLite stores NaN as NULL
  if (std::isinf(number)) return number > 0 ? "9e999" : "-9e999";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string text_literal(const std::string& text) {
  std::string out = "'";
  for (const char c : printable(text)) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string blob_literal(const Blob& blob) {
  std::string out = "x'";
  for (const std::byte b : blob) out += fmt::format("{:02x}", static_cast<unsigned>(b));
  return out + "'";
}

}  // namespace

std::string sql_literal(const Value& value) {
  struct Printer {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return real_literal(number); }
    std::string operator()(const std::string& text) const { return text_literal(text); }
    std::string operator()(const Blob& blob) const { return blob_literal(blob); }
  };
  return std::visit(Printer{}, value);
}

std::string quoted_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string storage_class(const Value& value) {
  constexpr std::string_view kNames[] = {"null", "integer", "real", "text", "blob"};
  return std::string(kNames[value.index()]);
}

bool same_value(const Value& a, const Value& b) {
  // An integer and a real are compared exactly: 2^53 + 1 is not 9007199254740992.0.
  const auto equal = [](std::int64_t integer, double real) {
    return real >= -0x1p63 && real < 0x1p63 && std::trunc(real) == real &&
           static_cast<std::int64_t>(real) == integer;
  };
  const auto* a_integer = std::get_if<std::int64_t>(&a);
  const auto* b_integer = std::get_if<std::int64_t>(&b);
  const auto* a_real = std::get_if<double>(&a);
  const auto* b_real = std::get_if<double>(&b);
  if (a_integer != nullptr && b_real != nullptr) return equal(*a_integer, *b_real);
  if (a_real != nullptr && b_integer != nullptr) return equal(*b_integer, *a_real);
  return a == b;
}

}  // namespace baseline
