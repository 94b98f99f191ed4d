#include "cli/run_records.hpp"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/run_record.hpp"
#include "report/run_document.hpp"

namespace baseline {
namespace {

using Json = nlohmann::ordered_json;

std::optional<Manifest> manifest_of_run(const HistoryLine& line, const Catalogue& catalogue) {
  if (line.backup.empty() || !catalogue.contains(line.backup)) return {};
  const CatalogueEntry entry = catalogue.look_at(line.backup);
  // An ID may be used again after the backup was pruned.
  if (!entry.manifest || entry.manifest->run != line.run) return {};
  return entry.manifest;
}

}  // namespace

std::optional<std::string> keep_record(const CheckRun& run) {
  if (run.run.empty()) return {};
  try {
    Catalogue catalogue(real_file_system(), run.catalogue, run.owners);
    keep_run_record(real_file_system(), catalogue, run.run, run_record(run, kLargestRunRecord));
    return {};
  } catch (const std::exception& error) {
    return fmt::format("no record of the run was kept for 'baseline report': {}", error.what());
  }
}

Json recorded_run(const HistoryLine& line, const Catalogue& catalogue) {
  std::string why =
      "No record of this run was kept: it is too old, or was made by an earlier "
      "release.";
  if (line.command == "recover") {
    why = "This run was cut off before it could write down what it did; a recovery ended it.";
  } else if (const auto text = read_run_record(catalogue, line.run)) {
    if (auto run = run_of_record(*text)) return *std::move(run);
    why = "The record of this run is damaged.";
  }
  return run_document(line, manifest_of_run(line, catalogue), catalogue.directory(), why);
}

}  // namespace baseline
