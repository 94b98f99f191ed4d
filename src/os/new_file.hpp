#pragma once

#include <string>

#include "os/file_system.hpp"

namespace baseline {

/// A file that gets its name when it is complete: a process that is killed before leaves nothing.
/// Where the filesystem has no files without a name, it has a temporary one until then.
class NewFile {
 public:
  /// `files` and `directory` must outlive the object. Its mode is `mode` without the bits of the
  /// umask. Throws Error{io}.
  NewFile(FileSystem& files, const Directory& directory, std::string temporary, mode_t mode);
  /// Removes what has not got its name.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const File& file() const { return file_; }

  /// Gives it its name; one that exists is an error. The caller has synced the file, and syncs the
  /// directory. Throws Error{io}, Error{in_use} when another process has taken over the temporary
  /// name.
  void take_name(const std::string& name);
  /// The same, in the place of what has the name now.
  void replace(const std::string& name);

 private:
  bool is_ours() const;
  void require_ours() const;

  FileSystem& files_;
  const Directory& directory_;
  std::string temporary_;
  bool unnamed_ = false;  ///< it has no name yet
  bool done_ = false;
  File file_;
};

}  // namespace baseline
