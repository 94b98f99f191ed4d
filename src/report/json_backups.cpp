// The documents of the commands on the catalogue of backups.
#include "report/check_run.hpp"
#include "report/json.hpp"
#include "report/json_document.hpp"
#include "report/json_parts.hpp"

namespace baseline::json_report {
namespace {

Json table_rows_json(const Manifest& manifest) {
  std::uint64_t rows = 0;
  for (const TableRows& table : manifest.tables) {
    if (!table.rows) return nullptr;
    rows += *table.rows;
  }
  return rows;
}

Json age_of(const Manifest& manifest, std::chrono::system_clock::time_point now) {
  const auto when = parse_rfc3339(manifest.when);
  if (!when) return nullptr;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *when).count();
}

}  // namespace

Json of_copies(const std::vector<CopyRecord>& copies) {
  Json json = Json::array();
  for (const CopyRecord& copy : copies) {
    json.push_back({{"directory", shown(copy.directory)},
                    {"made", optional_text(copy.made)},
                    {"problem", optional_text(copy.problem)}});
  }
  return json;
}

std::string of(const BackupsListReport& report) {
  Json json = header("backups list", 0);
  json["directory"] = shown(report.directory.native());
  json["backups"] = Json::array();
  for (const CatalogueEntry& entry : report.backups) {
    Json one{{"id", entry.id}};
    if (entry.manifest) {
      one = of_manifest(*entry.manifest, entry.directory);
      one["rows"] = table_rows_json(*entry.manifest);
      one["age_seconds"] = age_of(*entry.manifest, report.now);
      one["sealed"] = entry.sealed;
      one["unsealed"] = entry.unsealed;
      one["verified"] = optional_text(entry.record.verified);
      one["copies"] = of_copies(entry.record.copies);
    }
    one["damage"] = optional_text(entry.damage.empty() ? entry.record.damage : entry.damage);
    json["backups"].push_back(one);
  }
  json["unfinished"] = report.unfinished;
  return finished(json);
}

std::string of(const BackupsVerifyReport& report, int exit_code) {
  Json json = header("backups verify", exit_code);
  json["directory"] = shown(report.directory.native());
  json["backups"] = Json::array();
  for (const VerifiedBackup& backup : report.backups) {
    json["backups"].push_back({{"id", backup.entry.id},
                               {"whole", !backup.restored && backup.problems.empty()},
                               {"restored", backup.restored},
                               {"problems", backup.problems},
                               {"copies", of_copies(backup.entry.record.copies)}});
  }
  json["warnings"] = report.warnings;
  return finished(json);
}

std::string of(const BackupsCreateReport& report) {
  Json json = header("backups create", 0);
  json["database"] = shown(report.database);
  json["backup"] = of_manifest(report.backup->manifest, report.backup->directory);
  json["warnings"] = report.warnings;
  return finished(json);
}

std::string of(const ExportReport& report) {
  Json json = header("backups export", 0);
  json["backup"] = of_manifest(report.backup.manifest, report.backup.directory);
  json["file"] = shown(report.file.native());
  json["packed"] = report.packed;
  json["written"] = report.written;
  return finished(json);
}

Json of_pruned(const PruneReport& report) {
  Json removed = Json::array();
  for (const PrunedBackup& one : report.removed) {
    removed.push_back({{"id", one.entry.id}, {"bytes", one.bytes}});
  }
  Json kept = Json::array();
  for (const PrunedBackup& one : report.kept) {
    kept.push_back({{"id", one.entry.id}, {"why", one.why_kept}});
  }
  return {{"removed", removed}, {"kept", kept}, {"others", report.others}, {"freed", report.freed}};
}

std::string of(const PruneReport& report, int exit_code) {
  Json json = header("backups prune", exit_code);
  json["directory"] = shown(report.directory.native());
  json["outcome"] = word_of(report.outcome);
  json.update(of_pruned(report));
  return finished(json);
}

}  // namespace baseline::json_report
