#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baseline {

/// An open descriptor and the path to name it by in messages; closes itself.
class File {
 public:
  File() = default;
  File(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  const std::filesystem::path& path() const { return path_; }
  void close();

  /// Throws Error{io}.
  struct stat status() const;

  /// Reads up to `size` bytes at `offset`; fewer only at the end of the file. Throws Error{io}.
  std::size_t read(char* buffer, std::size_t size, std::uint64_t offset) const;

 private:
  int fd_ = -1;
  std::filesystem::path path_;
};

/// A directory that was opened once; the files in it are addressed by it and their base name, so
/// that nobody can swap a path component in between.
class Directory {
 public:
  /// `path` must be absolute. Throws Error{io}.
  static Directory open(const std::filesystem::path& path);

  int fd() const { return handle_.fd(); }
  const std::filesystem::path& path() const { return handle_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return path() / name; }

  /// The status of `name` itself (symbolic links are not followed), or nothing if it is missing.
  std::optional<struct stat> status(const std::string& name) const;
  bool contains(const std::string& name) const { return status(name).has_value(); }

  /// The names in it, sorted. Throws Error{io}.
  std::vector<std::string> names() const;

  /// Opens an existing regular file, never through a symbolic link, or returns nothing if it is
  /// missing. Throws Error{refused} when it is no regular file, Error{in_use} when another process
  /// has a lease on it, Error{io}.
  std::optional<File> open_file(const std::string& name, bool writable) const;

  /// The whole text of a small file, or nothing if it is missing. Throws Error{refused} above
  /// `limit` bytes.
  std::optional<std::string> read_text(const std::string& name,
                                       std::size_t limit = 16U << 20U) const;

  struct stat own_status() const {
    return handle_.status();
  }

 private:
  explicit Directory(File handle) : handle_(std::move(handle)) {}
  File handle_;
};

}  // namespace baseline
