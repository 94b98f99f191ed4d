#include "report/json_document.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/version.hpp"

namespace baseline::json_report {

nlohmann::ordered_json header(std::string_view command, int exit_code) {
  return {{"version", 1},
          {"tool", fmt::format("baseline {}", version())},
          {"command", command},
          {"exit_code", exit_code}};
}

std::string finished(const nlohmann::ordered_json& json) {
  return printable_json(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)) + "\n";
}

double ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

nlohmann::ordered_json optional_ms(const std::optional<std::chrono::nanoseconds>& time) {
  if (!time) return nullptr;
  return ms(*time);
}

nlohmann::ordered_json optional_text(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

}  // namespace baseline::json_report
