#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "os/file.hpp"

namespace baseline {

/// The one seam for changes to the disk: each call is one step at which a crash test can stop and a
/// fault test can fail. Reading and looking are not changes and go through File and Directory;
/// SQLite's own writes go through its VFS. All calls throw Error{io} that names path and cause.
/// A failed sync is never tried again on the same file: the kernel may have dropped the data.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Makes a new file, opened for reading and writing; an existing name is an error.
  virtual File create(const Directory& directory, const std::string& name, mode_t mode) = 0;
  /// Makes a new file without a name, which is gone with its last descriptor unless link_unnamed()
  /// gives it one. Nothing where the filesystem, or the system, cannot.
  /// `path_name`: what it is called in messages.
  virtual std::optional<File> create_unnamed(const Directory& directory,
                                             const std::string& path_name, mode_t mode) = 0;
  /// An existing name is an error.
  virtual void link_unnamed(const File& file, const Directory& directory,
                            const std::string& name) = 0;
  /// Opens a file for reading and writing, making it when it is missing.
  virtual File open_or_create(const Directory& directory, const std::string& name, mode_t mode) = 0;
  /// Opens a file for appending, making it when it is missing: every write goes to the end, also
  /// when other processes append.
  virtual File open_to_append(const Directory& directory, const std::string& name, mode_t mode) = 0;
  /// Writes all of `bytes` at `offset`.
  virtual void write(const File& file, std::string_view bytes, std::uint64_t offset) = 0;
  virtual void truncate(const File& file, std::uint64_t size) = 0;
  /// Makes `target` share the blocks of `source`. False where the filesystem cannot.
  virtual bool clone(const File& source, const File& target) = 0;
  virtual void sync(const File& file) = 0;
  virtual void sync_directory(const Directory& directory) = 0;
  virtual void set_mode(const File& file, mode_t mode) = 0;
  virtual void set_owner(const File& file, uid_t owner, gid_t group) = 0;
  virtual void set_attribute(const File& file, const std::string& name, std::string_view value) = 0;
  virtual void remove_attribute(const File& file, const std::string& name) = 0;

  /// Replaces `to` if it exists.
  virtual void rename(const Directory& from_directory, const std::string& from,
                      const Directory& to_directory, const std::string& to) = 0;
  /// An existing `to` is an error.
  virtual void rename_new(const Directory& from_directory, const std::string& from,
                          const Directory& to_directory, const std::string& to) = 0;
  /// Exchanges two names of one directory in one atomic step.
  virtual void exchange(const Directory& directory, const std::string& a, const std::string& b) = 0;
  /// Gives the file a second name; an existing `to` is an error.
  virtual void link(const Directory& from_directory, const std::string& from,
                    const Directory& to_directory, const std::string& to) = 0;
  /// Removes a name; one that is missing is not an error.
  virtual void unlink(const Directory& directory, const std::string& name) = 0;
  virtual void make_directory(const Directory& parent, const std::string& name, mode_t mode) = 0;
  virtual void remove_directory(const Directory& parent, const std::string& name) = 0;
};

/// The real one.
FileSystem& real_file_system();

/// From here on, what the real one makes with a mode for its owner alone is the group's, too, with
/// those bits of `mode` that the group has. Like the umask it is the process's. Nothing happens
/// when this user is not in the group.
void share_new_files(gid_t group, mode_t mode);

}  // namespace baseline
