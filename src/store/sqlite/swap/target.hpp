#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "os/file.hpp"
#include "store/sqlite/db/system_calls.hpp"
#include "store/store.hpp"

namespace baseline::sqlite {

/// The database path, resolved once: from here on the file is addressed by its directory and name.
struct Target {
  std::filesystem::path given;     ///< as the user wrote it
  std::filesystem::path resolved;  ///< absolute, symbolic links followed
  Directory directory;
  HeldDirectory held;  ///< the same one, for SQLite
  std::string name;
  KeepFiles keep = {};  ///< what is kept before SQLite overwrites it; nothing is, when it is empty

  bool via_link() const;

  /// The resolved path, fit for a message.
  std::string display() const;
};

/// Follows symbolic links and opens the directory. The file itself may be missing. Throws
/// Error{usage} when the parent directory is missing, a link dangles or loops, or the path is not
/// a regular file (a FIFO or device is never opened); Error{refused} when its name leaves no room
/// for those of our own files.
Target resolve(const std::filesystem::path& given);

/// Whether one atomic rename can replace the file safely, and when not, whether its content can be
/// replaced in place: for a bind-mounted file, hard links, and where no lease can be had. On a
/// network filesystem that is done only when it was asked for. Throws Error{refused}, naming the
/// reason and what to do, where neither is safe (docs/ARCHITECTURE.md, "What is refused"). While
/// SQLite has the file open in this process, it must not be called.
/// As well where a name that a run gives to a file of its own is somebody else's;
/// Error{needs_person} where a candidate is there without a journal.
ExchangePlan plan_exchange(const Target& target, EngineChoice choice);

/// Refuses what is no file, or somebody else's, under a name that a run gives to a file of its own.
/// Throws Error{refused}.
void require_file_of_run(const Target& target, const std::string& name);

/// The error of a candidate that no journal tells of.
[[noreturn]] void throw_unknown_candidate(const Target& target);

/// Throws Error{refused} when the database belongs to another user, unless its content is asked to
/// be replaced in place, which its group can do. Root acts as the owner, or never comes here.
void require_owner(const Target& target, EngineChoice choice);

/// What a member of the database's group makes in this process is the group's, too, as far as the
/// database is (os/file_system.hpp).
void share_with_group(const Target& target);

/// Throws Error{refused}: nothing can be written on the filesystem of the database.
[[noreturn]] void throw_mounted_read_only(const Target& target);

/// What the operator should know about the path.
std::vector<std::string> warnings_about(const Target& target);

/// Bytes free for this user on the filesystem of `directory`. Throws Error{io}.
std::uint64_t space_free(const Directory& directory);

}  // namespace baseline::sqlite
