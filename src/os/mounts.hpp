#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baseline {

/// One mount, as /proc/self/mountinfo tells it.
struct Mount {
  std::uint64_t id = 0;
  std::string device;      ///< "8:1": that of the filesystem, one for all of its mounts
  std::string filesystem;  ///< "ext4", "overlay"
};

/// The id of the mount that a path is on, behind `directory` (or AT_FDCWD); an empty path is the
/// directory itself. A mounted file has a mount of its own. Throws Error{io}.
std::uint64_t mount_id(int directory, const char* path);

/// The mount of that id in the text of a mountinfo file (proc(5)).
std::optional<Mount> find_mount(std::string_view mountinfo, std::uint64_t id);
/// The same of this process; nothing where /proc is not mounted.
std::optional<Mount> mount_of(std::uint64_t id);

/// Whether what is written to `place` goes away with a container, while `database` stays: the
/// former is on the layer that a container writes to (overlay, aufs) or in memory (tmpfs), and the
/// latter on another filesystem, which was mounted there.
bool outlives(const Mount& database, const Mount& place);

}  // namespace baseline
