#include "store/sqlite/db/system_calls.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/names.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"

namespace baseline::sqlite {
namespace {

// All that uses SQLite is on one thread.
struct Held {
  std::string path;
  int fd;
};
std::vector<Held> held_directories;
std::vector<std::string> written_files;  // that SQLite has opened for writing
std::string made_last;                   // a temporary file: SQLite removes its name at once

/// A file as openat(2) and its like take it.
struct FilePlace {
  int directory = AT_FDCWD;
  const char* name;
  int nofollow = 0;  ///< in a directory that is held no link counts
};

FilePlace place_of(const char* path) {
  const std::string_view whole(path);
  const std::size_t slash = whole.rfind('/');
  if (slash != std::string_view::npos) {
    const auto found = std::ranges::find(held_directories, whole.substr(0, slash), &Held::path);
    if (found != held_directories.end()) {
      return {found->fd, path + slash + 1, AT_SYMLINK_NOFOLLOW};
    }
  }
  return {.name = path};
}

std::string_view directory_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

bool may_be_removed(std::string_view path) {
  if (path == made_last) return true;
  return std::ranges::any_of(written_files, [&](std::string_view database) {
    if (directory_of(path) != directory_of(database)) return false;
    if (names::is_super_journal(path)) return true;
    const auto companions = names::companions(std::string(database));
    return std::ranges::find(companions, path) != companions.end();
  });
}

void remember_opened(const char* path, int flags) {
  if ((flags & O_EXCL) != 0) {
    made_last = path;
  } else if ((flags & O_ACCMODE) == O_RDWR &&
             std::ranges::find(written_files, path) == written_files.end()) {
    written_files.emplace_back(path);
  }
}

// SQLite is C: nothing may be thrown through it.
template <class Call>
int without_exceptions(Call&& call) {
  try {
    return call();
  } catch (const std::exception&) {
    errno = ENOMEM;
    return -1;
  }
}

int close_with(int fd, int error) {
  ::close(fd);
  errno = error;
  return -1;
}

int stat_held(const char* path, struct stat* status) {
  const FilePlace place = place_of(path);
  return ::fstatat(place.directory, place.name, status, place.nofollow);
}

int lstat_held(const char* path, struct stat* status) {
  const FilePlace place = place_of(path);
  return ::fstatat(place.directory, place.name, status, AT_SYMLINK_NOFOLLOW);
}

int access_held(const char* path, int mode) {
  const FilePlace place = place_of(path);
  const int result = ::faccessat(place.directory, place.name, mode, AT_EACCESS);
  // An old filter of system calls knows the one without flags only.
  if (result == 0 || errno != EPERM) return result;
  return ::faccessat(place.directory, place.name, mode, 0);
}

int unlink_own(const char* path) {
  return without_exceptions([&] {
    if (!may_be_removed(path)) {
      errno = EPERM;
      return -1;
    }
    const FilePlace place = place_of(path);
    return ::unlinkat(place.directory, place.name, 0);
  });
}

// The directory of a file, to be synced.
int open_directory(const char* path, int* fd) {
  return without_exceptions([&] {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const FilePlace place = place_of(path);
    const bool is_held = place.directory != AT_FDCWD;
    const std::filesystem::path directory =
        is_held ? std::filesystem::path(".") : std::filesystem::path(path).parent_path();
    *fd = ::openat(place.directory, directory.c_str(), kFlags);
    return *fd < 0 ? SQLITE_CANTOPEN : SQLITE_OK;
  });
}

template <class Function>
void replace_call(sqlite3_vfs* vfs, const char* name, Function* function) {
  vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(function));
}

}  // namespace

int open_regular(const char* path, int flags, int mode) {
  // As long as the kernel lets a plain open() wait for a lease (lease-break-time).
  constexpr std::chrono::seconds kWindow(45);
  if (std::string_view(path) == "/dev/urandom") return ::open(path, flags, mode);
  return without_exceptions([&] {
    const FilePlace place = place_of(path);
    const auto open = [&] {
      return ::openat(place.directory, place.name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                      mode);
    };
    int fd = open();
    if (fd < 0 && errno == EWOULDBLOCK) {
      for (const Deadline deadline(kWindow); fd < 0 && errno == EWOULDBLOCK; fd = open()) {
        if (stop_requested() || !deadline.pause()) break;
      }
    }
    if (fd < 0) return fd;
    struct stat status {};
    if (::fstat(fd, &status) != 0) return close_with(fd, errno);
    if (!S_ISREG(status.st_mode)) return close_with(fd, S_ISDIR(status.st_mode) ? EISDIR : ENXIO);
    try {
      remember_opened(path, flags);
    } catch (const std::exception&) {
      return close_with(fd, ENOMEM);
    }
    return fd;
  });
}

void guard_system_calls() {
  sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  replace_call(vfs, "open", open_regular);
  replace_call(vfs, "openDirectory", open_directory);
  replace_call(vfs, "stat", stat_held);
  replace_call(vfs, "lstat", lstat_held);
  replace_call(vfs, "access", access_held);
  replace_call(vfs, "unlink", unlink_own);
}

HeldDirectory::HeldDirectory(const Directory& directory) : fd_(directory.fd()) {
  held_directories.push_back({directory.path().native(), fd_});
}

HeldDirectory::HeldDirectory(HeldDirectory&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

HeldDirectory& HeldDirectory::operator=(HeldDirectory&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void HeldDirectory::release() noexcept {
  std::erase_if(held_directories, [&](const Held& held) { return held.fd == fd_; });
  fd_ = -1;
}

}  // namespace baseline::sqlite
