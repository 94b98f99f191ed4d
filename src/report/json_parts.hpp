#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/reports.hpp"

/// What several documents of docs/json.md have in common.
namespace baseline::json_report {

using Json = nlohmann::ordered_json;

/// JSON text is UTF-8; a path that is not is shown as people see it.
Json shown(const std::string& bytes);

Json of_copies(const std::vector<CopyRecord>& copies);
Json of_pruned(const PruneReport& report);
Json of_tables(const std::vector<TableRows>& tables);
Json of_manifest(const Manifest& manifest, const std::filesystem::path& directory);

}  // namespace baseline::json_report
