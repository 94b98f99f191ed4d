#include "os/lease.hpp"

#include <fcntl.h>

#include <cerrno>
#include <csignal>

namespace baseline {

Lease::Outcome Lease::acquire(const File& file) {
  release();
  // The kernel tells a broken lease by SIGIO, whose default is to end the process; we ask instead.
  std::signal(SIGIO, SIG_IGN);
  if (::fcntl(file.fd(), F_SETLEASE, F_WRLCK) == 0) {
    file_ = &file;
    return Outcome::granted;
  }
  return errno == EAGAIN || errno == EBUSY ? Outcome::in_use : Outcome::impossible;
}

bool Lease::held() const { return file_ != nullptr && ::fcntl(file_->fd(), F_GETLEASE) == F_WRLCK; }

void Lease::release() {
  if (file_ != nullptr && file_->is_open()) ::fcntl(file_->fd(), F_SETLEASE, F_UNLCK);
  file_ = nullptr;
}

}  // namespace baseline
