#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "os/file.hpp"

namespace baseline {

/// A symbolic link that a path leads through.
struct PathLink {
  std::filesystem::path path;
  uid_t owner = 0;
  gid_t group = 0;
};

/// Where a path leads, and through which links, each part looked up once, in the one above it.
struct Walk {
  File end;  ///< O_PATH; its path is free of links. Not open: errno says why
  std::vector<PathLink> links;
};

Walk walk(const std::filesystem::path& path);

/// Throws Error{refused} when somebody has made one of the links who is neither root nor the user
/// who acts nor `owner`, to whom that belongs to which the path leads.
void require_own_links(const Walk& walk, std::optional<uid_t> owner);

}  // namespace baseline
