#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "os/file_system.hpp"

namespace baseline {

/// Who may do what with a file: owner, group, mode, and the extended attributes, among which are
/// the ACL (system.posix_acl_access) and the security label (security.selinux).
struct FileAttributes {
  uid_t owner = 0;
  gid_t group = 0;
  mode_t mode = 0;  ///< permission bits only
  std::map<std::string, std::string> extended;

  bool operator==(const FileAttributes&) const = default;
};

/// Throws Error{io}.
FileAttributes attributes_of(const File& file);

/// Gives `file` the attributes, changing only what differs, mode last. Returns whether anything was
/// changed. Throws Error{refused} when it cannot: "cannot give the new file owner U:G".
bool give_attributes(FileSystem& files, const File& file, const FileAttributes& wanted);

}  // namespace baseline
