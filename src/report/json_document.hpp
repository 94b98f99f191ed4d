#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace baseline::json_report {

/// The keys that every document begins with (docs/json.md).
nlohmann::ordered_json header(std::string_view command, int exit_code);

/// The document as text, ending with a newline; bytes that are not UTF-8 are replaced.
std::string finished(const nlohmann::ordered_json& json);

/// Milliseconds, as all times are in JSON.
double ms(std::chrono::nanoseconds time);
/// Null for a time that is not known.
nlohmann::ordered_json optional_ms(const std::optional<std::chrono::nanoseconds>& time);

/// Null for an empty text.
nlohmann::ordered_json optional_text(const std::string& text);

}  // namespace baseline::json_report
