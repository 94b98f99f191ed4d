#include "pipeline/export_backup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/copy.hpp"
#include "os/modes.hpp"
#include "os/new_file.hpp"
#include "os/new_place.hpp"
#include "os/parent_directory.hpp"
#include "os/signals.hpp"
#include "os/zstd.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/sealing.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

CatalogueEntry exportable(const std::string& id, const Context& context) {
  require_catalogue(context);
  CatalogueEntry entry = context.catalogue.find(id);
  require_data(entry);
  if (const auto late = seal_entry(entry, context, Deadline(kForSealing))) {
    context.observer.warning(*late);
  }
  if (!entry.manifest->payload.companions.empty()) {
    throw Error(
        ErrorCode::refused,
        fmt::format("the backup {} is of a database that SQLite could not read, kept with "
                    "its companion files, and one file cannot hold it",
                    printable(entry.id)),
        fmt::format("copy its directory by hand: {}", shell_quoted(entry.directory.native())));
  }
  return entry;
}

File open_data(const CatalogueEntry& entry, const Context& context) {
  const std::string& name = entry.manifest->payload.name;
  auto source = context.catalogue.open_entry(entry.id).open_file(name, false);
  if (!source) throw_errno("open", (entry.directory / name).native());
  return *std::move(source);
}

// Streams the data of an entry, packed or not, and compares it with the seal.
void stream(const CatalogueEntry& entry, const File& source, bool zstd, const Context& context,
            const TakeBytes& take) {
  const Payload& payload = entry.manifest->payload;
  std::optional<ZstdPacker> packer;
  if (zstd) packer.emplace(payload.size, take);
  const StepScope step(context.observer, Step::export_backup);
  const std::string sha256 = read_file(
      source,
      [&](std::uint64_t done, std::uint64_t total) {
        stop_if_interrupted();
        context.observer.progress(Step::export_backup, done, total);
      },
      [&](std::string_view bytes) { packer ? packer->add(bytes) : take(bytes); });
  if (sha256 != payload.sha256) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} is damaged: its SHA-256 is not the one it was sealed "
                            "with",
                            printable(entry.id)),
                "export another; baseline backups verify tells which are whole");
  }
  if (packer) packer->finish();
}

// The file that is to be made: beside nothing that would be read into it, and nobody's but ours.
class ExportTarget {
 public:
  ExportTarget(const ExportRequest& request, const Context& context)
      : path_(fs::absolute(request.file).lexically_normal()),
        directory_(parent_directory(path_)),
        name_(path_.filename().native()),
        force_(request.force),
        files_(context.files) {
    require_free(request, context);
  }

  const fs::path& path() const { return path_; }

  void write(const std::function<void(const TakeBytes& take)>& give) {
    NewFile made(files_, directory_, names::exporting(name_), kPrivateFile);
    give([&](std::string_view bytes) {
      files_.write(made.file(), bytes, written_);
      written_ += bytes.size();
    });
    files_.sync(made.file());
    if (force_) {
      made.replace(name_);
    } else {
      made.take_name(name_);
    }
    files_.sync_directory(directory_);
  }

  std::uint64_t written() const { return written_; }

 private:
  void require_free(const ExportRequest& request, const Context& context) const {
    const std::string shown = printable(path_.native());
    std::error_code error;
    if (fs::equivalent(path_, context.store.location(), error)) {
      throw Error(ErrorCode::refused, fmt::format("{} is the live database", shown),
                  "baseline rollback --to puts a backup in its place");
    }
    require_elsewhere(context);
    require_own_place(path_);
    const auto status = directory_.status(name_);
    if (status && !S_ISREG(status->st_mode)) {
      throw Error(ErrorCode::usage, fmt::format("{} is not a regular file", shown),
                  "name a file that does not exist yet");
    }
    if (status && !force_) {
      throw Error(ErrorCode::refused, fmt::format("{} exists already", shown),
                  "name another file, or replace it with --force");
    }
    if (request.zstd) return;
    for (const std::string& name : {names::wal(name_), names::rollback_journal(name_)}) {
      if (!directory_.contains(name)) continue;
      throw Error(ErrorCode::refused,
                  fmt::format("{} lies there, and would be read into {}", printable(name), shown),
                  "find out whose it is and move it away, or name another file");
    }
  }

  // Not among the backups, and not where the live database would read it.
  void require_elsewhere(const Context& context) const {
    std::error_code error;
    // Where the file would really be, whatever links lead there.
    for (fs::path above = fs::canonical(path_.parent_path(), error); above.has_relative_path();
         above = above.parent_path()) {
      if (!fs::equivalent(above, context.catalogue.directory(), error)) continue;
      throw Error(ErrorCode::refused,
                  fmt::format("{} is within the backups", printable(path_.native())),
                  "name a file elsewhere");
    }
    const fs::path live = context.store.location();
    if (!fs::equivalent(path_.parent_path(), live.parent_path(), error)) return;
    const auto companions = names::companions(live.filename().native());
    if (std::ranges::find(companions, name_) == companions.end()) return;
    throw Error(ErrorCode::refused,
                fmt::format("{} would be read into the live database", printable(path_.native())),
                "name another file");
  }

  fs::path path_;
  Directory directory_;
  std::string name_;
  bool force_;
  FileSystem& files_;
  std::uint64_t written_ = 0;
};

}  // namespace

ExportReport export_backup(const ExportRequest& request, const Context& context) {
  const CatalogueEntry entry = exportable(request.id, context);
  ExportReport report;
  report.backup = {*entry.manifest, entry.directory};
  report.packed = request.zstd;
  const File source = open_data(entry, context);
  if (request.file.empty()) {
    stream(entry, source, request.zstd, context, [&](std::string_view bytes) {
      request.out(bytes);
      report.written += bytes.size();
    });
    return report;
  }
  const AsStartingUser writes;
  ExportTarget target(request, context);
  target.write([&](const TakeBytes& take) { stream(entry, source, request.zstd, context, take); });
  report.file = target.path();
  report.written = target.written();
  return report;
}

}  // namespace baseline
