#include "yaml/scalar.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "base/text.hpp"

namespace baseline::yaml {
namespace {

std::size_t digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

bool is_one_of(std::string_view text, std::string_view a, std::string_view b, std::string_view c) {
  return text == a || text == b || text == c;
}

// [-+]? [0-9]+
bool is_integer(std::string_view unsigned_text) {
  return !unsigned_text.empty() && digits(unsigned_text) == unsigned_text.size();
}

bool is_hexadecimal(std::string_view text) {
  return text.size() > 2 && text.starts_with("0x") &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

// (\. [0-9]+ | [0-9]+ (\. [0-9]*)?) ([eE] [-+]? [0-9]+)?
bool is_real(std::string_view text) {
  const std::size_t whole = digits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const std::size_t fraction = digits(text.substr(1));
    if (whole + fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return is_integer(text);
}

template <typename Number>
std::optional<Scalar> parsed(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Scalar(number);
}

}  // namespace

std::optional<Scalar> core_scalar(std::string_view plain) {
  if (plain.empty() || plain == "~" || is_one_of(plain, "null", "Null", "NULL")) return Scalar();
  if (is_one_of(plain, "true", "True", "TRUE")) return Scalar(true);
  if (is_one_of(plain, "false", "False", "FALSE")) return Scalar(false);

  const bool has_sign = plain[0] == '-' || plain[0] == '+';
  const std::string_view magnitude = has_sign ? plain.substr(1) : plain;
  // from_chars knows '-' but not '+'.
  const std::string_view number = plain[0] == '+' ? magnitude : plain;
  if (is_integer(magnitude)) return parsed<std::int64_t>(number);
  if (is_hexadecimal(plain)) {
    std::int64_t value = 0;
    const std::string_view hexadecimal = plain.substr(2);
    const auto [end, error] =
        std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), value, 16);
    if (error != std::errc()) return std::nullopt;
    return Scalar(value);
  }
  if (is_real(magnitude)) return parsed<double>(number);
  if (is_one_of(magnitude, ".inf", ".Inf", ".INF")) {
    const double infinity = std::numeric_limits<double>::infinity();
    return Scalar(plain[0] == '-' ? -infinity : infinity);
  }
  if (is_one_of(plain, ".nan", ".NaN", ".NAN")) return std::nullopt;
  return Scalar(IsText());
}

}  // namespace baseline::yaml
