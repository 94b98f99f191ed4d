#include "base/integer_json.hpp"

#include <nlohmann/json.hpp>

namespace baseline {

std::int64_t integer_from_json(const nlohmann::json& json) {
  return json.get_ref<const nlohmann::json::number_integer_t&>();
}

std::uint64_t count_from_json(const nlohmann::json& json) {
  return json.get_ref<const nlohmann::json::number_unsigned_t&>();
}

}  // namespace baseline
