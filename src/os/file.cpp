#include "os/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

// A name that is too long for the filesystem cannot be there either.
bool names_nothing(int error) { return error == ENOENT || error == ENAMETOOLONG; }

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
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_errno("open the directory", path.native());
  return Directory(File(fd, path));
}

std::optional<struct stat> Directory::status(const std::string& name) const {
  struct stat status {};
  if (::fstatat(fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (names_nothing(errno)) return {};
  throw_errno("look at", (*this / name).native());
}

std::vector<std::string> Directory::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path(), error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().native());
  }
  if (error) {
    errno = error.value();
    throw_errno("list", path().native());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<File> Directory::open_file(const std::string& name, bool writable) const {
  // O_NONBLOCK: a FIFO that somebody put there must not hang us. It has no effect on regular files
  // but one: open() does not wait for a lease to be broken.
  const int flags = (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int fd = ::openat(this->fd(), name.c_str(), flags);
  if (fd < 0 && names_nothing(errno)) return {};
  if (fd < 0 && errno == EWOULDBLOCK) {
    throw Error(ErrorCode::in_use,
                fmt::format("{} is held by another process at this moment",
                            printable((*this / name).native())),
                "try again");
  }
  // What O_NOFOLLOW finds at a symbolic link.
  if (fd < 0 && errno == ELOOP) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is not a regular file", printable((*this / name).native())));
  }
  if (fd < 0) throw_errno("open", (*this / name).native());
  File file(fd, *this / name);
  if (!S_ISREG(file.status().st_mode)) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is not a regular file", printable(file.path().native())));
  }
  return file;
}

std::optional<std::string> Directory::read_text(const std::string& name, std::size_t limit) const {
  const std::optional<File> file = open_file(name, false);
  if (!file) return {};
  const auto size = static_cast<std::size_t>(file->status().st_size);
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
