#include "base/integer_json.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/form_json.hpp"

namespace baseline {

std::int64_t integer_from_json(const nlohmann::json& json) {
  // One above the largest would be read as a negative one.
  if (json.is_number_unsigned()) {
    return static_cast<std::int64_t>(
        count_from_json(json, std::numeric_limits<std::int64_t>::max()));
  }
  return json.get_ref<const nlohmann::json::number_integer_t&>();
}

std::uint64_t count_from_json(const nlohmann::json& json, std::uint64_t most) {
  const std::uint64_t number = json.get_ref<const nlohmann::json::number_unsigned_t&>();
  if (number > most) throw_formless("a number is too large");
  return number;
}

}  // namespace baseline
