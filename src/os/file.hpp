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

/// Whose files beside a database, and among its backups, are obeyed: those of root, of the user who
/// acts and of the owner of the database, and what the database's own group has made where it could
/// replace the database as well (docs/security.md).
struct Owners {
  std::optional<uid_t> user = {};   ///< owner of the database
  std::optional<gid_t> group = {};  ///< of the database
};

/// A directory that was opened once; the files in it are addressed by it and their base name, so
/// that nobody can swap a path component in between.
class Directory {
 public:
  /// `path` must be absolute. A symbolic link on the way counts only if root or the user who acts
  /// has made it (os/walk.hpp). Throws Error{io}, Error{refused}.
  static Directory open(const std::filesystem::path& path);
  /// The same only for what is in it: it need not be readable, and cannot be listed or synced.
  /// Nothing when it is missing, or not for this user.
  static std::optional<Directory> find(const std::filesystem::path& path);

  /// From here on a file in it, or in a directory below it, that is not of `owners` is refused
  /// wherever it is opened or removed.
  void obey_only(const Owners& owners) { owners_ = owners; }
  Owners owners() const { return owners_.value_or(Owners{}); }

  const File& handle() const { return handle_; }
  int fd() const { return handle_.fd(); }
  const std::filesystem::path& path() const { return handle_.path(); }
  std::filesystem::path operator/(const std::string& name) const { return path() / name; }

  /// The status of `name` itself (symbolic links are not followed), or nothing if it is missing.
  std::optional<struct stat> status(const std::string& name) const;
  bool contains(const std::string& name) const { return status(name).has_value(); }

  /// The names in it, sorted. Throws Error{io}.
  std::vector<std::string> names() const;

  /// Opens an existing regular file, never through a symbolic link, or returns nothing if it is
  /// missing. Throws Error{refused} when it is no regular file, or of nobody who is obeyed,
  /// Error{in_use} when another process has a lease on it, Error{io}.
  std::optional<File> open_file(const std::string& name, bool writable) const;

  /// Opens a directory in it, never through a symbolic link, or returns nothing if it is missing.
  /// Throws Error{refused} when it is none, or of nobody who is obeyed, or when others may exchange
  /// files in it; Error{io}.
  std::optional<Directory> open_directory(const std::string& name) const;

  /// Throws Error{refused} when what has this name, or what was opened, is of nobody who is obeyed.
  void require_obeyed(const std::string& name) const;
  void require_obeyed(const File& file) const;
  /// Throws Error{refused} when others than root, its owner and the group of the database may
  /// exchange files in it. In a sticky directory the owner of each file decides.
  void require_private() const;

  /// The whole text of a small file of ours, or nothing if it is missing. Throws Error{refused}
  /// above `limit` bytes, and when others may write to it.
  std::optional<std::string> read_text(const std::string& name,
                                       std::size_t limit = 16U << 20U) const;

  struct stat own_status() const {
    return handle_.status();
  }

 private:
  explicit Directory(File handle) : handle_(std::move(handle)) {}
  void require_obeyed(const struct stat& status, const std::filesystem::path& path) const;
  bool is_of_group(const struct stat& status) const;
  void require_kind(const std::string& name, mode_t kind, std::string_view wanted) const;

  File handle_;
  std::optional<Owners> owners_;  ///< nothing: all files are taken as they are
};

}  // namespace baseline
