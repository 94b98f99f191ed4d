#include "pipeline/backup_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/sha256.hpp"
#include "os/signals.hpp"
#include "os/zstd.hpp"
#include "pipeline/entries.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

fs::path found_file(const fs::path& given) {
  std::error_code error;
  fs::path path = fs::canonical(given, error);
  if (!error && fs::is_regular_file(path)) return path;
  throw Error(ErrorCode::usage,
              fmt::format("--from {}: {}", printable(given.native()),
                          error ? "there is no such file" : "it is not a regular file"),
              "name the file of a database");
}

// The size of a packed file's content, proving on the way that all of it can be unpacked.
std::uint64_t unpacked_size(const File& file, Observer& observer) {
  std::uint64_t size = 0;
  const StepScope step(observer, Step::look);
  unpack(
      file, [&](std::string_view bytes) { size += bytes.size(); },
      [&](std::uint64_t done, std::uint64_t total) {
        stop_if_interrupted();
        observer.progress(Step::look, done, total);
      });
  return size;
}

// What other programs make of a backup, and how it becomes a file again.
struct Packing {
  std::string_view begins;
  std::string_view name;
  std::string_view unpack;
};
constexpr Packing kPackings[] = {{"\x1f\x8b", "gzip", "gunzip --keep"},
                                 {"BZh", "bzip2", "bunzip2 --keep"},
                                 {"\xfd"
                                  "7zXZ",
                                  "xz", "unxz --keep"},
                                 {"PK\x03\x04", "zip", "unzip"}};

Error no_database(const fs::path& path, const File& file, const std::string& unreadable) {
  constexpr std::size_t kLongest = 8;
  std::string begin(kLongest, '\0');
  begin.resize(file.read(begin.data(), begin.size(), 0));
  for (const Packing& packing : kPackings) {
    if (!begin.starts_with(packing.begins)) continue;
    return {ErrorCode::refused,
            fmt::format("{} is packed with {}, and only zstd is unpacked here",
                        printable(path.native()), packing.name),
            fmt::format("unpack it first: {} {}", packing.unpack, shell_quoted(path.native()))};
  }
  if (path.extension() != ".zst") return {ErrorCode::refused, unreadable};
  return {
      ErrorCode::refused,
      fmt::format("{} is not packed with zstd, whatever its name says", printable(path.native())),
      "name a database, or what backups export --zstd has made of one"};
}

}  // namespace

BackupFile::BackupFile(const fs::path& file, const Context& context) {
  const DatabaseFacts facts = open(file, context);
  if (size_ == 0 && !is_sealed_here(sha256_hex(""), context)) {
    throw Error(ErrorCode::refused, fmt::format("{} is empty", printable(path_.native())),
                "name a backup that is not");
  }
  if (packed_) return;
  if (facts.unreadable.empty()) {
    content_ = BackupContent{path_.native(), facts.revision, facts.tables, facts.size};
  } else if (!is_sealed_here(hash_file(file_, nullptr), context)) {
    // What was kept though it could not be read goes back all the same.
    throw no_database(path_, file_, facts.unreadable);
  }
}

// It belongs to who named it.
DatabaseFacts BackupFile::open(const fs::path& file, const Context& context) {
  const AsStartingUser reads;
  path_ = found_file(file);
  const Directory directory = Directory::open(path_.parent_path());
  auto opened = directory.open_file(path_.filename().native(), false);
  if (!opened) throw_errno("open", path_.native());
  file_ = std::move(*opened);
  status_ = file_.status();
  packed_ = baseline::is_packed(file_);
  if (path_ == context.store.location()) {
    throw Error(ErrorCode::usage,
                fmt::format("--from {} is the live database itself", printable(path_.native())),
                "name a backup of it");
  }
  if (!packed_) require_complete(path_, context.store.engine());
  size_ = packed_ ? unpacked_size(file_, context.observer)
                  : static_cast<std::uint64_t>(status_.st_size);
  return packed_ ? DatabaseFacts() : context.store.look_at(path_, LookOptions());
}

// What lies beside a database belongs to it, and would stay behind.
void require_complete(const fs::path& file, const std::string& engine) {
  const Directory directory = Directory::open(file.parent_path());
  for (const std::string& name :
       {names::wal(file.filename().native()), names::rollback_journal(file.filename().native())}) {
    const auto beside = directory.status(name);
    if (!beside || beside->st_size == 0) continue;
    throw Error(ErrorCode::refused,
                fmt::format("{} is not complete in itself: {} lies beside it",
                            printable(file.native()), printable(name)),
                fmt::format("let {} bring it in first: sqlite3 {} 'PRAGMA "
                            "wal_checkpoint(TRUNCATE)'",
                            engine, shell_quoted(file.native())));
  }
}

void BackupFile::require_unchanged() const {
  const struct stat now = file_.status();
  if (now.st_size == status_.st_size && now.st_mtim.tv_sec == status_.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == status_.st_mtim.tv_nsec) {
    return;
  }
  throw Error(ErrorCode::refused,
              fmt::format("{} was changed while it was read", printable(path_.native())),
              "find out who writes there, then try again");
}

void BackupFile::read(Step step, Observer& observer, const TakeBytes& take) const {
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    stop_if_interrupted();
    observer.progress(step, done, total);
  };
  if (packed_) {
    unpack(file_, take, progress);
  } else {
    read_file(file_, progress, take);
  }
}

std::string BackupFile::sha256(Observer& observer) const {
  const StepScope step(observer, Step::look);
  Sha256 sha;
  read(Step::look, observer, [&](std::string_view bytes) { sha.update(bytes); });
  return sha.hex();
}

void BackupFile::stage(Replacement& replacement, Observer& observer) const {
  replacement.stage_bytes([&](const TakeBytes& take) { read(Step::stage, observer, take); });
  require_unchanged();
}

}  // namespace baseline
