#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace baseline {

/// JSON that comes from the disk, where others may have written it: all that reads such a text
/// passes it through here. Returns it. Throws nlohmann::json::exception when it is nested deeper
/// than anything of ours, for what works on it calls itself once a level.
std::string_view shallow_json(std::string_view text);

/// A text that must have a certain form. Throws nlohmann::json::exception when it has not; `what`
/// tells what it should be.
std::string text_from_json(const nlohmann::json& json, bool (*has_form)(std::string_view),
                           const char* what);

/// Throws nlohmann::json::exception: this is nothing that we have written.
[[noreturn]] void throw_formless(const std::string& what);

}  // namespace baseline
