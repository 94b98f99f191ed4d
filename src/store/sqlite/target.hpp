#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "os/file.hpp"

namespace baseline::sqlite {

/// The database path, resolved once: from here on the file is addressed by its directory and name.
struct Target {
  std::filesystem::path given;     ///< as the user wrote it
  std::filesystem::path resolved;  ///< absolute, symbolic links followed
  Directory directory;
  std::string name;

  bool via_link() const;
};

/// Follows symbolic links and opens the directory. The file itself may be missing. Throws
/// Error{usage} when the parent directory is missing, a link dangles or loops, or the path is not
/// a regular file (a FIFO or device is never opened); Error{refused} when its name leaves no room
/// for those of our own files.
Target resolve(const std::filesystem::path& given);

/// Throws Error{refused}, naming the reason and what to do, where one atomic rename cannot replace
/// the file safely: network filesystem, bind-mounted file, hard links, immutable, not writable, a
/// directory in which others could swap files under us (docs/ARCHITECTURE.md, "What is refused").
void require_swappable(const Target& target);

/// What lies beside the database that the operator should know, e.g. Litestream's state.
std::vector<std::string> warnings_about(const Target& target);

/// Bytes free for this user on the filesystem of `directory`. Throws Error{io}.
std::uint64_t space_free(const Directory& directory);

}  // namespace baseline::sqlite
