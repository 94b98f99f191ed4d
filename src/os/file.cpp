#include "os/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/process.hpp"
#include "os/walk.hpp"

namespace baseline {
namespace {

// A name that is too long for the filesystem cannot be there either.
bool names_nothing(int error) { return error == ENOENT || error == ENAMETOOLONG; }

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// Where there is no link on the way, which is almost always, one call is enough. Systems and
// filters of calls that do not know it answer with different errors.
int open_without_links(const std::filesystem::path& path, int flags) {
  struct open_how how {};
  how.flags = static_cast<decltype(how.flags)>(flags);
  how.resolve = RESOLVE_NO_SYMLINKS;
  return static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how)));
}

// Its path is free of links.
File open_walked(const std::filesystem::path& path, int flags) {
  if (const int fd = open_without_links(path, flags); fd >= 0) return {fd, path};
  const Walk way = walk(path);
  require_own_links(way, {});
  return {way.end.is_open() ? ::openat(way.end.fd(), ".", flags) : -1, way.end.path()};
}

std::string kind_of_file(const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return "a symbolic link";
  if (S_ISDIR(status.st_mode)) return "a directory";
  if (S_ISREG(status.st_mode)) return "a file";
  return S_ISFIFO(status.st_mode) ? "a FIFO" : "a device or socket";
}

// `wanted`: "a directory".
[[noreturn]] void throw_other_kind(const std::filesystem::path& path, const struct stat& status,
                                   std::string_view wanted) {
  throw Error(ErrorCode::refused,
              fmt::format("{} is not {} but {} of {}", printable(path.native()), wanted,
                          kind_of_file(status), owner_name(status.st_uid, status.st_gid)));
}

}  // namespace

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

void File::close() {
  // Nothing is lost when close() fails: all that must last was fsynced, and that was checked.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

struct stat File::status() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) throw_errno("look at", path_.native());
  return status;
}

std::size_t File::read(char* buffer, std::size_t size, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd_, buffer + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path_.native());
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Directory Directory::open(const std::filesystem::path& path) {
  File opened = open_walked(path, kOpenDirectory);
  if (!opened.is_open()) throw_errno("open the directory", path.native());
  return Directory(std::move(opened));
}

std::optional<Directory> Directory::find(const std::filesystem::path& path) {
  File opened = open_walked(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (opened.is_open()) return Directory(std::move(opened));
  if (names_nothing(errno) || errno == ENOTDIR || errno == EACCES) return {};
  throw_errno("open the directory", path.native());
}

std::optional<struct stat> Directory::status(const std::string& name) const {
  struct stat status {};
  if (::fstatat(fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (names_nothing(errno)) return {};
  throw_errno("look at", (*this / name).native());
}

std::vector<std::string> Directory::names() const {
  const int own = ::openat(fd(), ".", kOpenDirectory);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(own < 0 ? nullptr : ::fdopendir(own),
                                                    &::closedir);
  if (!listing) throw_errno("list", path().native());
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) throw_errno("list", path().native());
  std::sort(names.begin(), names.end());
  return names;
}

// Whoever can make a file of this group here could replace the database, too.
bool Directory::is_of_group(const struct stat& status) const {
  const struct stat here = own_status();
  return owners_->group && status.st_gid == *owners_->group && here.st_gid == *owners_->group &&
         (here.st_mode & S_IWGRP) != 0 && (here.st_mode & S_IWOTH) == 0;
}

void Directory::require_obeyed(const struct stat& status, const std::filesystem::path& path) const {
  if (!owners_ || status.st_uid == 0 || status.st_uid == ::geteuid() ||
      status.st_uid == owners_->user || is_of_group(status)) {
    return;
  }
  const std::string user = name_of_user(owners_->user.value_or(::geteuid()));
  throw Error(ErrorCode::refused,
              fmt::format("{} belongs to {}, and only files of root and {} are obeyed here",
                          printable(path.native()), owner_name(status.st_uid, status.st_gid), user),
              fmt::format("look at it, and move it away; or, if it is what you want, run as root: "
                          "chown -hR {} {}",
                          user, shell_quoted(path.native())));
}

void Directory::require_obeyed(const File& file) const {
  require_obeyed(file.status(), file.path());
}

void Directory::require_obeyed(const std::string& name) const {
  if (!owners_) return;
  if (const auto there = status(name)) require_obeyed(*there, *this / name);
}

void Directory::require_private() const {
  const struct stat status = own_status();
  if (!owners_ || (status.st_mode & S_ISVTX) != 0) return;
  const std::string shown = printable(path().native());
  if ((status.st_mode & S_IWOTH) != 0) {
    throw Error(
        ErrorCode::refused,
        fmt::format("anybody may write to the directory {}, and could exchange files in it", shown),
        fmt::format("chmod o-w {}", shell_quoted(path().native())));
  }
  if ((status.st_mode & S_IWGRP) == 0 || !owners_->group || status.st_gid == *owners_->group ||
      status.st_gid == 0) {
    return;
  }
  throw Error(ErrorCode::refused,
              fmt::format("the group of the directory {} ({}) may write to it, and is not that of "
                          "the database",
                          shown, owner_name(status.st_uid, status.st_gid)),
              fmt::format("chmod g-w {}", shell_quoted(path().native())));
}

// After it could not be opened: that may have another reason than that it is nobody's who counts.
void Directory::require_kind(const std::string& name, mode_t kind, std::string_view wanted) const {
  const auto there = status(name);
  if (!there) return;
  require_obeyed(*there, *this / name);
  if ((there->st_mode & S_IFMT) != kind) throw_other_kind(*this / name, *there, wanted);
}

std::optional<File> Directory::open_file(const std::string& name, bool writable) const {
  // O_NONBLOCK: a FIFO that somebody put there must not hang us. It has no effect on regular files
  // but one: open() does not wait for a lease to be broken.
  const int flags = (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int fd = ::openat(this->fd(), name.c_str(), flags);
  const int error = errno;
  if (fd < 0 && names_nothing(error)) return {};
  if (fd < 0) {
    require_kind(name, S_IFREG, "a regular file");
    errno = error;
  }
  if (fd < 0 && error == EWOULDBLOCK) {
    throw Error(ErrorCode::in_use,
                fmt::format("{} is held by another process at this moment",
                            printable((*this / name).native())),
                "try again");
  }
  if (fd < 0) throw_errno("open", (*this / name).native());
  File file(fd, *this / name);
  const struct stat opened = file.status();
  require_obeyed(opened, file.path());
  if (!S_ISREG(opened.st_mode)) throw_other_kind(file.path(), opened, "a regular file");
  return file;
}

std::optional<Directory> Directory::open_directory(const std::string& name) const {
  const int fd = ::openat(this->fd(), name.c_str(), kOpenDirectory | O_NOFOLLOW);
  const int error = errno;
  if (fd < 0 && names_nothing(error)) return {};
  if (fd < 0) {
    require_kind(name, S_IFDIR, "a directory");
    errno = error;
    throw_errno("open the directory", (*this / name).native());
  }
  Directory directory(File(fd, *this / name));
  require_obeyed(directory.handle_);
  directory.owners_ = owners_;
  directory.require_private();
  return directory;
}

std::optional<std::string> Directory::read_text(const std::string& name, std::size_t limit) const {
  const std::optional<File> file = open_file(name, false);
  if (!file) return {};
  const struct stat status = file->status();
  const bool group_may = (status.st_mode & S_IWGRP) != 0 && owners_ && owners_->group &&
                         status.st_gid != *owners_->group && status.st_gid != 0;
  if (owners_ && ((status.st_mode & S_IWOTH) != 0 || group_may)) {
    throw Error(
        ErrorCode::refused,
        fmt::format("others than its owner ({}) may write to {}",
                    owner_name(status.st_uid, status.st_gid), printable(file->path().native())),
        fmt::format("look at it, then run: chmod go-w {}", shell_quoted(file->path().native())));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) {
    throw Error(
        ErrorCode::refused,
        fmt::format("{} is larger than {}", printable(file->path().native()), human_size(limit)));
  }
  std::string text(size, '\0');
  text.resize(file->read(text.data(), size, 0));
  return text;
}

}  // namespace baseline
