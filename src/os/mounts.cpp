#include "os/mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/error.hpp"

namespace baseline {
namespace {

std::vector<std::string_view> words_between_spaces(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    if (end > begin) words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

std::uint64_t mount_id(int directory, const char* path) {
  struct statx status {};
  if (::statx(directory, path, AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) {
    throw_errno("look at", path);
  }
  return status.stx_mnt_id;
}

std::optional<Mount> find_mount(std::string_view mountinfo, std::uint64_t id) {
  for (std::size_t begin = 0; begin < mountinfo.size();) {
    const std::size_t end = std::min(mountinfo.find('\n', begin), mountinfo.size());
    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
    const auto words = words_between_spaces(mountinfo.substr(begin, end - begin));
    begin = end + 1;
    std::uint64_t number = 0;
    if (words.size() < 3) continue;
    std::from_chars(words[0].data(), words[0].data() + words[0].size(), number);
    const auto dash = std::ranges::find(words, "-");
    if (number != id || dash == words.end() || dash + 1 == words.end()) continue;
    return Mount{id, std::string(words[2]), std::string(dash[1])};
  }
  return {};
}

std::optional<Mount> mount_of(std::uint64_t id) {
  std::ifstream in("/proc/self/mountinfo", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return find_mount(text, id);
}

bool outlives(const Mount& database, const Mount& place) {
  constexpr std::array<std::string_view, 6> kPassing = {
      "overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs", "tmpfs", "ramfs"};
  return database.device != place.device &&
         std::ranges::find(kPassing, place.filesystem) != kPassing.end();
}

}  // namespace baseline
