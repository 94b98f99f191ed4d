#include "pipeline/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/seal.hpp"

namespace baseline {

bool is_of(const CatalogueEntry& entry, const Context& context) {
  const std::filesystem::path database = context.store.location();
  if (entry.manifest->database == database.native()) return true;
  return context.catalogue.directory() == context.store.default_catalogue() &&
         entry.manifest->payload.name == database.filename().native();
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
