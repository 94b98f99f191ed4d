#include "base/bytes_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "base/form_json.hpp"
#include "base/text.hpp"

namespace baseline {

nlohmann::json bytes_to_json(std::string_view bytes) {
  if (utf8_prefix(bytes) == bytes.size()) return std::string(bytes);
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return {{"bytes", hex}};
}

std::string bytes_from_json(const nlohmann::json& json) {
  if (!json.is_object()) return json.get<std::string>();
  const auto hex = json.at("bytes").get<std::string>();
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw_formless("bytes that are not in hex");
  }
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace baseline
