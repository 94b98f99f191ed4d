#include "os/holders.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/file.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

bool is_same(const fs::path& path, const struct stat& file) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && found.st_dev == file.st_dev &&
         found.st_ino == file.st_ino;
}

// The magic links of /proc/PID/fd and /proc/PID/map_files lead to the inode itself, whatever its
// names are in this or another mount namespace.
bool links_to(const fs::path& directory, const struct stat& file) {
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (is_same(it->path(), file)) return true;
  }
  return false;
}

// What can be read of it: a process may end meanwhile. (An iterator over the stream would throw.)
std::string proc_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  std::array<char, 1U << 14U> block;
  while (in) {
    in.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

// To follow every link of map_files, of all processes, takes longer than all else that `status`
// does. /proc/PID/maps names the inodes, but not of every filesystem the device that stat() does.
// Only who has CAP_CHECKPOINT_RESTORE can follow them (proc(5)): for all others it is the path.
bool has_mapped(const fs::path& process, const struct stat& file) {
  const std::string maps = proc_text(process / "maps");
  const std::string inode = fmt::format(" {} ", file.st_ino);
  const std::size_t found = maps.find(inode);
  if (found == std::string::npos) return false;
  if (links_to(process / "map_files", file)) return true;
  for (std::size_t at = found; at != std::string::npos; at = maps.find(inode, at + 1)) {
    const std::size_t path = maps.find_first_of("/\n", at);
    if (path == std::string::npos || maps[path] != '/') continue;
    const std::size_t end = maps.find('\n', path);
    if (is_same((process / "root").native() + maps.substr(path, end - path), file)) return true;
  }
  return false;
}

}  // namespace

std::string command_line(pid_t pid) {
  std::string text = proc_text(fmt::format("/proc/{}/cmdline", pid));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  if (text.empty()) return "?";
  constexpr std::size_t kLongest = 100;
  if (text.size() > kLongest) return printable(text.substr(0, kLongest)) + "…";
  return printable(text);
}

std::vector<Holder> holders_of(const struct stat& file) {
  const AsStartingUser sees_all;  // the owner of the file does not see what root has open
  std::vector<Holder> holders;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().native();
    pid_t pid = 0;
    const auto [last, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure != std::errc() || last != name.data() + name.size() || pid == ::getpid()) continue;
    if (links_to(it->path() / "fd", file) || has_mapped(it->path(), file)) {
      holders.push_back({pid, command_line(pid)});
    }
  }
  std::sort(holders.begin(), holders.end(),
            [](const Holder& a, const Holder& b) { return a.pid < b.pid; });
  return holders;
}

std::string describe(const std::vector<Holder>& holders) {
  if (holders.empty()) {
    return "another process has it open (not visible from here: other user or container)";
  }
  std::vector<std::string> texts;
  texts.reserve(holders.size());
  for (const Holder& holder : holders) {
    texts.push_back(fmt::format("pid {} ({})", holder.pid, holder.command));
  }
  return join(texts, ", ");
}

}  // namespace baseline
