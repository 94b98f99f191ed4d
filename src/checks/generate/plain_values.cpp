#include "checks/generate/plain_values.hpp"

#include <fmt/format.h>

namespace baseline::generate {
namespace {

using Fits = ColumnModel::Fits;

std::string letter(int n) {
  constexpr int kLetters = 26;
  if (n < kLetters) return fmt::format("{:c}", 'a' + n);
  return fmt::format("a{}", n);
}

}  // namespace

Value plain_value(const ColumnModel& column, bool key, int n) {
  const std::int64_t number = key ? -1 - n : 1 + n;
  switch (column.fits) {
    case Fits::integer:
    case Fits::number:
      return number;
    case Fits::any:
      return key ? Value(number) : Value(letter(n));
    case Fits::boolean:
      return std::int64_t{n % 2 == 0 ? 1 : 0};
    case Fits::real:
      return static_cast<double>(1 + n) + 0.5;
    case Fits::text:
      return letter(n);
    case Fits::blob:
      return Blob{std::byte(static_cast<unsigned char>(n))};
    case Fits::json:
      return n == 0 ? std::string("{}") : fmt::format("{{\"a\": {}}}", n);
    case Fits::date:
      return fmt::format("2026-01-{:02}", 1 + n % 28);
    case Fits::time:
      return fmt::format("12:00:{:02}", n % 60);
    case Fits::date_time:
      return fmt::format("2026-01-{:02} 12:00:00", 1 + n % 28);
  }
  return {};
}

std::vector<Value> common_values(const ColumnModel& column) {
  const std::vector<Value> numbers = {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
                                      std::int64_t{2}};
  const std::vector<Value> texts = {std::string("a"), std::string("text"), std::string(),
                                    std::string("A")};
  std::vector<Value> out;
  const auto add = [&](const std::vector<Value>& values) {
    out.insert(out.end(), values.begin(), values.end());
  };
  switch (column.fits) {
    case Fits::integer:
    case Fits::number:
    case Fits::boolean:
    case Fits::real:
    case Fits::date:
    case Fits::time:
    case Fits::date_time:
      add(numbers);
      out.emplace_back(1.5);
      add(texts);
      break;
    case Fits::text:
    case Fits::json:
    case Fits::blob:
    case Fits::any:
      add(texts);
      add(numbers);
      out.emplace_back(1.5);
      break;
  }
  out.emplace_back(Blob{std::byte{0}});
  return out;
}

}  // namespace baseline::generate
