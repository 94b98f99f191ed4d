#include "checks/log_parts.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "os/acting_user.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

File open_log(const std::string& path) {
  return {::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), path};
}

LogPart part_of(File file, std::uint64_t from, bool rotated) {
  const auto size = static_cast<std::uint64_t>(file.status().st_size);
  return {std::move(file), from, size, rotated};
}

// The file that was the log, under its new name in the same directory.
std::optional<File> find_rotated(const fs::path& path, const LogPosition& recorded) {
  if (!recorded.exists) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator it(path.parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    struct stat status {};
    if (::lstat(it->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_ino != recorded.inode) {
      continue;
    }
    File file = open_log(it->path().native());
    if (file.is_open() && continues(file, recorded)) return file;
  }
  return std::nullopt;
}

OpenedLog in_trouble(OpenedLog::Trouble trouble, std::string why) {
  OpenedLog out;
  out.trouble = trouble;
  out.why = std::move(why);
  return out;
}

OpenedLog in_trouble_by_errno() {
  const int error = errno;
  const bool missing = error == ENOENT || error == ENOTDIR;
  return in_trouble(missing ? OpenedLog::Trouble::missing : OpenedLog::Trouble::unusable,
                    std::generic_category().message(error));
}

OpenedLog not_a_file(mode_t mode) {
  return in_trouble(OpenedLog::Trouble::unusable,
                    S_ISDIR(mode) ? "it is a directory" : "it is no regular file");
}

}  // namespace

OpenedLog open_log(const std::string& path, const LogPosition* recorded) {
  const AsStartingUser reads;  // a suite names it
  // Looked at before it is opened: to open a FIFO or a device may do something to it.
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return in_trouble_by_errno();
  if (!S_ISREG(status.st_mode)) return not_a_file(status.st_mode);
  File file = open_log(path);
  if (!file.is_open()) return in_trouble_by_errno();
  try {
    status = file.status();
    if (!S_ISREG(status.st_mode)) return not_a_file(status.st_mode);
    OpenedLog out;
    std::uint64_t from = 0;
    if (recorded == nullptr) {
      out.note = "no deploy has recorded where it ended; read from its start";
    } else if (continues(file, *recorded)) {
      from = recorded->size;
    } else if (auto rotated = find_rotated(path, *recorded)) {
      out.parts.push_back(part_of(*std::move(rotated), recorded->size, true));
    } else if (recorded->exists) {
      out.note = "it was cut off or replaced since the deploy; read from its start";
    }
    out.parts.push_back(part_of(std::move(file), from, false));
    return out;
  } catch (const Error& error) {
    return in_trouble(OpenedLog::Trouble::unusable, error.what());
  }
}

}  // namespace baseline
