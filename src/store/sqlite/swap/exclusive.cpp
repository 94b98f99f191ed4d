#include "store/sqlite/swap/exclusive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/holders.hpp"
#include "os/signals.hpp"
#include "store/sqlite/swap/freeze.hpp"
#include "store/sqlite/swap/litestream.hpp"

namespace baseline::sqlite {
namespace {

[[noreturn]] void throw_in_use(const Target& target) {
  const auto status = target.directory.status(target.name);
  const auto holders = status ? holders_of(*status) : std::vector<Holder>{};
  throw Error(ErrorCode::in_use,
              holders.empty() ? fmt::format("{} is in use: {}; nothing was changed",
                                            target.display(), describe(holders))
                              : fmt::format("{} is in use by {}; nothing was changed",
                                            target.display(), describe(holders)),
              has_litestream(holders)
                  ? "stop Litestream, too, and start it again after the application"
                  : "stop the application, or let baseline wait for it with --wait 30s");
}

Lease::Outcome take(Lease& lease, const File& file, const Target& target) {
  const Lease::Outcome outcome = lease.acquire(file);
  if (outcome == Lease::Outcome::impossible) {
    throw Error(ErrorCode::refused,
                fmt::format("cannot prove that nobody has {} open: no lease can be had on it",
                            target.display()),
                "run as the owner of the file or as root, on a local filesystem; or use "
                "--engine in-place");
  }
  return outcome;
}

// Whether anything that tells of a write differs.
bool changed(const struct stat& a, const struct stat& b) {
  return a.st_ino != b.st_ino || a.st_dev != b.st_dev || a.st_size != b.st_size ||
         a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec ||
         a.st_ctim.tv_sec != b.st_ctim.tv_sec || a.st_ctim.tv_nsec != b.st_ctim.tv_nsec;
}

// Under the lease: removes what is nobody's, and tells whether nothing else lies beside.
bool clear_companions(FileSystem& files, const Target& target) {
  for (const std::string& name : companions(target)) {
    if (!is_leftover(target, name)) return false;
    files.unlink(target.directory, name);
    files.sync_directory(target.directory);
  }
  return true;
}

// Freezes the database. What SQLite cannot open is left as it was found, where that is allowed, and
// else an error.
FreezeOutcome::Kind frozen(FileSystem& files, const Target& target, bool as_found) {
  const bool had_companions = !companions(target).empty();
  // What is no database at all is never given to SQLite, which would remove what lies beside it.
  if (as_found && !has_database_header(target)) return FreezeOutcome::Kind::unreadable;
  const FreezeOutcome outcome = freeze(target);
  if (outcome.kind == FreezeOutcome::Kind::unreadable && !as_found) {
    throw_unreadable(target, outcome.reason);
  }
  if (outcome.kind != FreezeOutcome::Kind::frozen) return outcome.kind;
  // SQLite removes its -wal and -journal without syncing the directory: after a power cut they
  // could be back, beside the new database.
  if (had_companions) files.sync_directory(target.directory);
  return outcome.kind;
}

}  // namespace

Deadline past_a_glance(const Deadline& deadline) {
  return deadline.at_least(std::chrono::milliseconds(100));
}

void pause_or_throw_in_use(const Target& target, const Deadline& deadline) {
  stop_if_interrupted();
  if (!deadline.pause()) throw_in_use(target);
  stop_if_interrupted();
}

// A write lease needs the owner of the file and a descriptor that is open for writing.
std::optional<File> open_writable(const Target& target) {
  const int fd = ::openat(target.directory.fd(), target.name.c_str(),
                          O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd >= 0) return File(fd, target.resolved);
  if (errno == EWOULDBLOCK) return {};
  if (errno == EROFS) throw_mounted_read_only(target);
  if (errno == EACCES || errno == EPERM) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is not writable for this user", target.display()),
                "run as the owner of the database");
  }
  throw_errno("open", target.resolved.native());
}

void throw_unreadable(const Target& target, const std::string& reason) {
  throw Error(ErrorCode::refused,
              fmt::format("SQLite cannot read {} ({})", target.display(), printable(reason)),
              "repair it, or keep it as it is with --old-unreadable backup");
}

std::optional<Exclusive> Exclusive::acquire(FileSystem& files, const Target& target,
                                            const Deadline& deadline, bool as_found) {
  if (!target.directory.contains(target.name)) return {};
  const Deadline patience = past_a_glance(deadline);
  for (;; pause_or_throw_in_use(target, patience)) {
    const FreezeOutcome::Kind state = frozen(files, target, as_found);
    if (state == FreezeOutcome::Kind::in_use) continue;
    // By name, not by descriptor: closing a descriptor of ours would drop SQLite's locks, and an
    // open one would stand in the way of the lease.
    const auto before = target.directory.status(target.name);
    std::optional<File> file = open_writable(target);
    if (!file) continue;
    auto held = std::make_unique<Held>();
    held->file = *std::move(file);
    if (take(held->lease, held->file, target) == Lease::Outcome::in_use) continue;
    // Somebody may have come and gone between the freeze and the lease: freeze again then.
    if (!before || changed(*before, held->file.status())) continue;
    const bool is_whole = state == FreezeOutcome::Kind::frozen;
    if (is_whole && !clear_companions(files, target)) continue;
    return Exclusive(std::move(held));
  }
}

std::optional<Exclusive> Exclusive::of_file(File file) {
  auto held = std::make_unique<Held>();
  held->file = std::move(file);
  if (held->lease.acquire(held->file) != Lease::Outcome::granted) return {};
  return Exclusive(std::move(held));
}

Lease::Outcome Exclusive::probe(const Target& target) {
  const std::optional<File> file = open_writable(target);
  if (!file) return Lease::Outcome::in_use;
  Lease lease;
  return lease.acquire(*file);
}

void Exclusive::require_unused(const Target& target, const Deadline& deadline) {
  if (!target.directory.contains(target.name)) return;
  const Deadline patience = past_a_glance(deadline);
  for (;; pause_or_throw_in_use(target, patience)) {
    const std::optional<File> file = open_writable(target);
    Lease lease;
    if (file && take(lease, *file, target) == Lease::Outcome::granted) return;
  }
}

}  // namespace baseline::sqlite
