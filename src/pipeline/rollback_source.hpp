#pragma once

#include <optional>

#include "catalogue/catalogue.hpp"
#include "pipeline/backup_file.hpp"
#include "pipeline/rollback.hpp"

namespace baseline {

/// Where the database that goes live comes from: the catalogue, or a file from elsewhere.
struct RollbackSource {
  CatalogueEntry entry;
  std::optional<BackupFile> file;
};

/// What a rollback puts back. It follows from the last run, never from what is live: a deploy is
/// undone; after a rollback, or a deploy that replaced nothing, nothing is to be done, and the
/// report tells why (`outcome`, `idle`, `way_on`). A backup or file that is named goes back unless
/// the last run has put it there. Throws Error{usage} when there is no such backup, Error{refused}
/// when it cannot be used, or the last deploy made the database where there was none.
std::optional<RollbackSource> choose_source(const RollbackRequest& request, const Context& context,
                                            ReplaceReport& report);

}  // namespace baseline
