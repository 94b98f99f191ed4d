#include "pipeline/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/seal.hpp"

namespace baseline {

RecordedAs recorded_as(const Context& context) {
  return {context.store.location(),
          context.catalogue.directory() == context.store.default_catalogue()};
}

bool is_of(const CatalogueEntry& entry, const Context& context) {
  return recorded_as(context).matches(entry.manifest->database);
}

PastRuns past_runs(const Context& context) {
  return {read_history(context.catalogue), recorded_as(context)};
}

PastRuns past_runs_and_backups(const Context& context) {
  PastRuns runs = past_runs(context);
  runs.add_unrecorded(context.catalogue.entries());
  return runs;
}

BackupContent content_of(const Manifest& manifest) {
  return {manifest.database, manifest.revision, manifest.tables, manifest.payload.size};
}

bool is_sealed_here(const std::string& sha256, const Context& context) {
  return std::ranges::any_of(context.catalogue.entries(), [&](const CatalogueEntry& entry) {
    return entry.manifest && entry.manifest->payload.sha256 == sha256;
  });
}

void require_companions(const Directory& directory, const Manifest& manifest) {
  if (manifest.payload.companions.empty()) return;
  const std::vector<std::string> problems = companion_problems(directory, manifest);
  if (problems.empty()) return;
  throw Error(
      ErrorCode::refused,
      fmt::format("the backup {} is damaged: {}", printable(manifest.id), join(problems, "; ")),
      "choose another with --to; baseline backups list shows them");
}

void require_catalogue(const Context& context) {
  const std::filesystem::path& directory = context.catalogue.directory();
  std::error_code error;
  const auto found = std::filesystem::symlink_status(directory, error).type();
  if (found != std::filesystem::file_type::not_found) return;
  const bool none_yet = context.store.exists() && directory == context.store.default_catalogue();
  if (none_yet) return;
  throw with_similar_names(
      context,
      Error(ErrorCode::usage,
            fmt::format("there are no backups of {}: {} does not exist",
                        printable(context.store.location()), printable(directory.native())),
            "name the database with --database, and with --backups where its backups are"));
}

Error with_similar_names(const Context& context, Error error) {
  if (context.store.exists()) return error;
  for (const std::string& warning : context.store.look({}).warnings) error.add_note(warning);
  return error;
}

void require_data(const CatalogueEntry& entry) {
  const Manifest& manifest = *entry.manifest;
  if (manifest.restored.empty()) return;
  throw Error(
      ErrorCode::refused,
      fmt::format("the backup {} went back into place at {}, so there is nothing left in it",
                  printable(entry.id), manifest.restored),
      "choose another with --to; baseline backups list shows them");
}

}  // namespace baseline
