#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "pipeline/reports.hpp"

/// What several documents of docs/json.md have in common.
namespace baseline::json_report {

using Json = nlohmann::ordered_json;

/// JSON text is UTF-8: bytes that are not are shown as people see them. All else stays as it is,
/// for finished() escapes what is not printable.
Json shown(const std::string& bytes);

Json of_copies(const std::vector<CopyRecord>& copies);
Json of_pruned(const PruneReport& report);
Json of_tables(const std::vector<TableRows>& tables);
Json of_manifest(const Manifest& manifest, const std::filesystem::path& directory);

}  // namespace baseline::json_report
