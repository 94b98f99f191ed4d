#include "os/walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <ranges>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/process.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLinks = 40;  // as the kernel has it

// Adds the parts of a path to those that are still to be walked, of which the last comes next.
void add_to_walk(const fs::path& path, std::vector<std::string>& to_walk) {
  const std::vector<fs::path> parts(path.begin(), path.end());
  for (const fs::path& part : std::views::reverse(parts)) {
    if (!part.empty() && part != "/" && part != ".") to_walk.push_back(part.native());
  }
}

File root_directory() { return {::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "/"}; }

std::optional<fs::path> target_of(const File& link) {
  std::array<char, PATH_MAX> text{};
  const ssize_t size = ::readlinkat(link.fd(), "", text.data(), text.size());
  if (size <= 0) return {};
  return fs::path(std::string(text.data(), static_cast<std::size_t>(size)));
}

}  // namespace

Walk walk(const fs::path& path) {
  Walk walk{root_directory(), {}};
  std::vector<std::string> to_walk;
  add_to_walk(fs::absolute(path), to_walk);
  while (!to_walk.empty() && walk.end.is_open()) {
    const std::string name = to_walk.back();
    to_walk.pop_back();
    const fs::path here = walk.end.path();
    File next(::openat(walk.end.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC),
              name == ".." ? here.parent_path() : here / name);
    struct stat status {};
    if (!next.is_open() || ::fstat(next.fd(), &status) != 0 || !S_ISLNK(status.st_mode)) {
      walk.end = std::move(next);
      continue;
    }
    walk.links.push_back({next.path(), status.st_uid, status.st_gid});
    const auto target = target_of(next);
    if (!target || walk.links.size() > kMostLinks) {
      walk.end.close();
      errno = target ? ELOOP : ENOENT;
      break;
    }
    if (target->is_absolute()) walk.end = root_directory();
    add_to_walk(*target, to_walk);
  }
  return walk;
}

void require_own_links(const Walk& walk, std::optional<uid_t> owner) {
  for (const PathLink& link : walk.links) {
    if (link.owner == 0 || link.owner == ::geteuid() || link.owner == owner) continue;
    throw Error(ErrorCode::refused,
                fmt::format("{} is a symbolic link of {}, who may let it lead anywhere",
                            printable(link.path.native()), owner_name(link.owner, link.group)),
                fmt::format("name what it leads to: {}", shell_quoted(walk.end.path().native())));
  }
}

}  // namespace baseline
