#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace baseline::json_report {

/// The keys that every document begins with (docs/json.md).
nlohmann::ordered_json header(std::string_view command, int exit_code);

/// The document as text, ending with a newline; bytes that are not UTF-8 are replaced.
std::string finished(const nlohmann::ordered_json& json);

/// An object whose keys all differ. Json's `[]` looks at each key before, and its initializer lists
/// copy: that is too slow for what a document has hundreds of.
class Members {
 public:
  explicit Members(std::size_t most) { members_.reserve(most); }
  void add(const char* key, nlohmann::ordered_json value) {
    members_.emplace_back(key, std::move(value));
  }
  nlohmann::ordered_json take() {
    nlohmann::ordered_json object = std::move(members_);
    return object;
  }

 private:
  nlohmann::ordered_json::object_t members_;
};

/// Milliseconds, as all times are in JSON.
double ms(std::chrono::nanoseconds time);
/// Null for a time that is not known.
nlohmann::ordered_json optional_ms(const std::optional<std::chrono::nanoseconds>& time);

/// Null for an empty text.
nlohmann::ordered_json optional_text(const std::string& text);

}  // namespace baseline::json_report
