#include "os/directory_lock.hpp"

#include <sys/file.h>

#include <cerrno>

#include "os/signals.hpp"

namespace baseline {

std::optional<DirectoryLock> DirectoryLock::acquire(Directory directory, const Deadline& deadline) {
  while (::flock(directory.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) break;  // it cannot be locked here
    if (!deadline.pause()) return {};
    stop_if_interrupted();
  }
  return DirectoryLock(std::move(directory));
}

}  // namespace baseline
