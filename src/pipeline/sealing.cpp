#include "pipeline/sealing.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"
#include "os/directory_lock.hpp"
#include "os/signals.hpp"
#include "pipeline/backup_file.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/filing.hpp"

namespace baseline {
namespace {

std::chrono::nanoseconds last_written(const struct stat& status) {
  return std::chrono::seconds(status.st_mtim.tv_sec) +
         std::chrono::nanoseconds(status.st_mtim.tv_nsec);
}

// The SHA-256 and the size of what is there now. No process had the file open when it was filed,
// but its name has been open to the owner since.
void hash_data(const CatalogueEntry& entry, const Directory& directory, const Context& context,
               Payload& payload) {
  const auto file = directory.open_file(payload.name, false);
  if (!file) throw_errno("open", (entry.directory / payload.name).native());
  const struct stat before = file->status();
  payload.sha256 = hash_file(*file, [&](std::uint64_t done, std::uint64_t total) {
    stop_if_interrupted();
    context.observer.progress(Step::seal, done, total);
  });
  const struct stat after = file->status();
  if (last_written(before) != last_written(after) || before.st_size != after.st_size) {
    throw Error(
        ErrorCode::in_use,
        fmt::format("the backup {} was written to while it was sealed", printable(entry.id)),
        "stop the process that writes to it, then run: baseline backups verify");
  }
  payload.size = static_cast<std::uint64_t>(after.st_size);
}

}  // namespace

std::optional<std::string> seal_entry(CatalogueEntry& entry, const Context& context,
                                      const Deadline& deadline) {
  if (!entry.unsealed) return {};
  const auto lock = DirectoryLock::acquire(context.catalogue.open_entry(entry.id), deadline);
  if (!lock) {
    throw Error(ErrorCode::in_use,
                fmt::format("another process is at work on the backup {}", printable(entry.id)),
                "try again when it has ended");
  }
  // That process may have sealed it.
  entry = context.catalogue.find(entry.id);
  if (!entry.unsealed) return {};
  const StepScope step(context.observer, Step::seal);
  Manifest manifest = *entry.manifest;
  Payload& payload = manifest.payload;
  if (manifest.unreadable.empty()) {
    require_complete(entry.directory / payload.name, context.store.engine());
  }
  const std::uint64_t filed_size = payload.size;
  hash_data(entry, lock->directory(), context, payload);
  const auto file = lock->directory().status(payload.name);
  const bool late = payload.size != filed_size || !file || last_written(*file) != payload.modified;
  look_again(context, lock->directory(), payload, LookOptions().count_rows_for, manifest);
  context.catalogue.seal(manifest);
  entry = context.catalogue.find(entry.id);
  if (!late) return {};
  return fmt::format(
      "the backup {} was written to after it was filed, and is sealed with what was written",
      printable(entry.id));
}

std::vector<FiledBackup> seal_all(const Context& context, std::vector<std::string>& warnings) {
  std::vector<FiledBackup> sealed;
  for (CatalogueEntry& entry : context.catalogue.unsealed()) {
    if (!entry.manifest || !is_of(entry, context)) continue;
    try {
      surprises_as_errors([&] {
        const auto late = seal_entry(entry, context, Deadline(std::chrono::milliseconds(0)));
        if (late) warnings.push_back(*late);
        sealed.push_back({*entry.manifest, entry.directory});
      });
    } catch (const Error& error) {
      warnings.push_back(
          fmt::format("the backup {} is not sealed yet: {}", printable(entry.id), error.what()));
    }
  }
  return sealed;
}

}  // namespace baseline
