#include "store/sqlite/swap/companion_sight.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/clock.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/file_header.hpp"

namespace baseline::sqlite {
namespace {

// From kLockByte on. Writers lock for writing; readers, and all that have a database in WAL mode
// open, for reading.
constexpr off_t kLocks = 512;

std::string_view file_kind(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

// Whether another process has a lock there that is in the way of one of this type.
bool is_locked_by_others(const File& file, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(kLockByte);
  lock.l_len = kLocks;
  return ::fcntl(file.fd(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

std::string beginning_of(const File& file, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(file.read(bytes.data(), size, 0));
  return bytes;
}

std::string header_beside(const Target& target, const std::string& name) {
  constexpr std::size_t kLongestHeader = 32;
  if (!holds_bytes(target, name)) return {};
  const auto file = target.directory.open_file(name, false);
  return file ? beginning_of(*file, kLongestHeader) : std::string();
}

}  // namespace

std::string shown_beside(const Target& target, const std::string& name) {
  return printable((target.directory / name).native());
}

std::string way_out_of(const Target& target, const std::string& name) {
  std::string free = name + ".foreign";
  for (int i = 2; target.directory.contains(free); ++i) {
    free = fmt::format("{}.foreign-{}", name, i);
  }
  return fmt::format("mv {} {}", shell_quoted((target.directory / name).native()),
                     shell_quoted((target.directory / free).native()));
}

bool holds_bytes(const Target& target, const std::string& name) {
  const auto status = target.directory.status(name);
  if (!status) return false;
  if (S_ISREG(status->st_mode)) return status->st_size > 0;
  throw Error(ErrorCode::refused,
              fmt::format("{} is {}, where SQLite has a file", shown_beside(target, name),
                          file_kind(status->st_mode)),
              "move it away: " + way_out_of(target, name));
}

std::optional<File> open_for_a_look(const Target& target) {
  const Deadline deadline(kBusyTimeout);
  for (;;) {
    const int fd = ::openat(target.directory.fd(), target.name.c_str(),
                            O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) return File(fd, target.resolved);
    if (errno == ENOENT) return {};
    if (errno != EWOULDBLOCK || !deadline.pause()) throw_errno("open", target.resolved.native());
  }
}

CompanionSight look_around(const Target& target) {
  CompanionSight sight;
  {
    const auto file = open_for_a_look(target);
    if (!file) return sight;
    sight.is_there = true;
    sight.is_used = is_locked_by_others(*file, F_WRLCK);
    sight.is_written = is_locked_by_others(*file, F_RDLCK);
    sight.database = beginning_of(*file, kFileHeaderSize);
  }
  sight.wal = header_beside(target, names::wal(target.name));
  sight.journal = header_beside(target, names::rollback_journal(target.name));
  // A journal is dead when its header is zeroed, as journal_mode PERSIST leaves it.
  constexpr std::size_t kMagicSize = 8;
  const std::string_view magic = std::string_view(sight.journal).substr(0, kMagicSize);
  if (magic.find_first_not_of('\0') == std::string_view::npos) sight.journal.clear();
  return sight;
}

}  // namespace baseline::sqlite
