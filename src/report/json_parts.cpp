#include "report/json_parts.hpp"

#include "base/text.hpp"
#include "report/json_document.hpp"

namespace baseline::json_report {

Json shown(const std::string& bytes) { return valid_utf8(bytes); }

Json of_tables(const std::vector<TableRows>& tables) {
  Json json = Json::array();
  for (const TableRows& table : tables) {
    json.push_back(
        {{"name", shown(table.table)}, {"rows", table.rows ? Json(*table.rows) : Json(nullptr)}});
  }
  return json;
}

Json of_manifest(const Manifest& manifest, const std::filesystem::path& directory) {
  Json json = Json::object();
  json["id"] = manifest.id;
  json["reason"] = manifest.reason;
  json["when"] = manifest.when;
  json["database"] = shown(manifest.database);
  json["directory"] = shown(directory.native());
  json["file"] = shown(manifest.payload.name);
  json["revision"] = manifest.revision ? Json(*manifest.revision) : Json(nullptr);
  json["size"] = manifest.payload.size;
  json["sha256"] = optional_text(manifest.payload.sha256);
  json["strategy"] = manifest.payload.moved ? "move" : "copy";
  json["tables"] = of_tables(manifest.tables);
  json["restored"] = optional_text(manifest.restored);
  return json;
}

}  // namespace baseline::json_report
