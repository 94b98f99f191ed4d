#include "report/json_parts.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/version.hpp"

namespace baseline::json_report {

Json shown(const std::string& bytes) { return printable(bytes); }

Json optional_text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string finished(const Json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Json header(std::string_view command, int exit_code) {
  return {{"version", 1},
          {"tool", fmt::format("baseline {}", version())},
          {"command", command},
          {"exit_code", exit_code}};
}

Json of_tables(const std::vector<TableRows>& tables) {
  Json json = Json::array();
  for (const TableRows& table : tables) {
    json.push_back(
        {{"name", shown(table.table)}, {"rows", table.rows ? Json(*table.rows) : Json(nullptr)}});
  }
  return json;
}

Json of_manifest(const Manifest& manifest, const std::filesystem::path& directory) {
  Json json;
  json["id"] = manifest.id;
  json["reason"] = manifest.reason;
  json["when"] = manifest.when;
  json["database"] = shown(manifest.database);
  json["directory"] = shown(directory.native());
  json["file"] = shown(manifest.payload.name);
  json["revision"] = manifest.revision ? Json(*manifest.revision) : Json(nullptr);
  json["size"] = manifest.payload.size;
  json["sha256"] = manifest.payload.sha256;
  json["strategy"] = manifest.payload.moved ? "move" : "copy";
  json["tables"] = of_tables(manifest.tables);
  json["restored"] = optional_text(manifest.restored);
  return json;
}

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::declined:
      return "declined";
    case Outcome::nothing_to_do:
      return "nothing to do";
    case Outcome::would_do:
      return "would do";
    case Outcome::checks_failed:
      return "checks failed";
  }
  return "?";
}

}  // namespace baseline::json_report
