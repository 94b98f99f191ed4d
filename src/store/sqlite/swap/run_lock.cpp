#include "store/sqlite/swap/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/modes.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"

namespace baseline::sqlite {
namespace {

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// The text that the holder wrote, for people. Empty when it is not (or no longer) true: a holder
// writes it just after it got the lock, and one that died leaves it.
std::string description(const Target& target) {
  const auto text = target.directory.read_text(names::lock(target.name), 64U << 10U);
  try {
    const auto json = nlohmann::json::parse(shallow_json(text.value_or("")));
    const auto pid =
        static_cast<pid_t>(count_from_json(json.at("pid"), std::numeric_limits<pid_t>::max()));
    const std::string host = json.value("host", "");
    // A pid of another host, or of another pid namespace, cannot be asked whether it lives.
    if (pid == 0 || (host == host_name() && ::kill(pid, 0) != 0 && errno == ESRCH)) return {};
    return fmt::format("pid {} on {} (baseline {}, since {})", pid, printable(host),
                       printable(json.value("command", "?")),
                       printable(json.value("started", "?")));
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

std::string described_holder(const Target& target) {
  const Deadline deadline{std::chrono::milliseconds(200)};
  do {
    std::string text = description(target);
    if (!text.empty()) return text;
  } while (deadline.pause());
  return "a process that has not said who it is";
}

}  // namespace

bool RunLock::try_lock(FileSystem& files, const Target& target) {
  file_ = files.open_or_create(target.directory, names::lock(target.name), kPrivateFile);
  struct flock lock = whole_file();
  if (::fcntl(file_.fd(), F_OFD_SETLK, &lock) != 0) return false;
  // Somebody may have removed the file meanwhile: then a lock on it keeps nobody out.
  const auto named = target.directory.status(names::lock(target.name));
  errno = EAGAIN;
  return named && named->st_ino == file_.status().st_ino;
}

RunLock::RunLock(FileSystem& files, const Target& target, const std::string& command,
                 const std::string& started, const Deadline& deadline) {
  require_file_of_run(target, names::lock(target.name));
  while (!try_lock(files, target)) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      throw_errno("lock", file_.path().native());
    }
    stop_if_interrupted();
    if (!deadline.pause()) {
      throw Error(ErrorCode::in_use,
                  fmt::format("cannot lock {}: in use by {}", printable(target.resolved.native()),
                              described_holder(target)),
                  "wait until it has finished, or let baseline wait for it with --wait 30s");
    }
  }
  const nlohmann::ordered_json holder = {
      {"pid", ::getpid()}, {"host", host_name()}, {"command", command}, {"started", started}};
  const std::string text = holder.dump() + "\n";
  files.write(file_, text, 0);
  // Not before: ext4 writes a file that was cut to nothing to the disk when it is closed.
  files.truncate(file_, text.size());
}

std::optional<std::string> RunLock::holder(const Target& target) {
  const std::string name = names::lock(target.name);
  // Another user's lock cannot be asked; that must not keep anybody from looking at the rest.
  if (::faccessat(target.directory.fd(), name.c_str(), R_OK | W_OK, AT_EACCESS) != 0) return {};
  const auto file = target.directory.open_file(name, true);
  if (!file) return {};
  struct flock lock = whole_file();
  if (::fcntl(file->fd(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
  return described_holder(target);
}

}  // namespace baseline::sqlite
