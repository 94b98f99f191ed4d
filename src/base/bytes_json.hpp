#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace baseline {

/// A path as JSON, so that every byte comes back: the text itself where it is UTF-8, else
/// {"bytes": "2f7372762fff"}, its bytes in hex.
nlohmann::json bytes_to_json(std::string_view bytes);
/// The reverse. Throws nlohmann::json::exception on anything else.
std::string bytes_from_json(const nlohmann::json& json);

}  // namespace baseline
