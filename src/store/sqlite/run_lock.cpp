#include "store/sqlite/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
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
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object()) return {};
  const int pid = json.value("pid", 0);
  const std::string host = json.value("host", "");
  // A pid of another host, or of another pid namespace, cannot be asked whether it lives.
  if (pid <= 0 || (host == host_name() && ::kill(pid, 0) != 0 && errno == ESRCH)) return {};
  return fmt::format("pid {} on {} (baseline {}, since {})", pid, printable(host),
                     printable(json.value("command", "?")), printable(json.value("started", "?")));
}

std::string described_holder(const Target& target) {
  const Deadline deadline{std::chrono::milliseconds(200)};
  do {
    const std::string text = description(target);
    if (!text.empty()) return text;
  } while (deadline.pause());
  return "a process that has not said who it is";
}

}  // namespace

RunLock::RunLock(FileSystem& files, const Target& target, const std::string& command,
                 const std::string& started, const Deadline& deadline)
    : file_(files.open_or_create(target.directory, names::lock(target.name), 0600)) {
  struct flock lock = whole_file();
  while (::fcntl(file_.fd(), F_OFD_SETLK, &lock) != 0) {
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
  files.truncate(file_, 0);
  files.write(file_, holder.dump() + "\n", 0);
}

std::optional<std::string> RunLock::holder(const Target& target) {
  const auto file = target.directory.open_file(names::lock(target.name), true);
  if (!file) return {};
  struct flock lock = whole_file();
  if (::fcntl(file->fd(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return {};
  return described_holder(target);
}

}  // namespace baseline::sqlite
