#include "pipeline/entries.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {

bool is_of(const CatalogueEntry& entry, const Context& context) {
  const std::filesystem::path database = context.store.location();
  if (entry.manifest->database == database.native()) return true;
  return context.catalogue.directory() == context.store.default_catalogue() &&
         entry.manifest->payload.name == database.filename().native();
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
