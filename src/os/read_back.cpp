#include "os/read_back.hpp"

#include <fcntl.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <vector>

#include "base/error.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

constexpr std::size_t kReadBackBlock = std::size_t{1} << 20U;

// Signals are for the thread that asks whether to stop.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// A failed write that is reported here is not reported again by fsync(): it must not get lost.
void bring_to_disk(const File& file, std::uint64_t offset, std::uint64_t size) {
  constexpr unsigned kWait =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(file.fd(), static_cast<off64_t>(offset), static_cast<off64_t>(size),
                        kWait) != 0) {
    throw_errno("write", file.path().native());
  }
  ::posix_fadvise(file.fd(), static_cast<off_t>(offset), static_cast<off_t>(size),
                  POSIX_FADV_DONTNEED);
}

}  // namespace

ReadBack::ReadBack(const File& file) : file_(file) {
  const SignalsBlocked blocked;  // the new thread inherits it
  thread_ = std::thread([this] { run(); });
}

ReadBack::~ReadBack() {
  {
    const std::lock_guard lock(mutex_);
    give_up_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ReadBack::written_to(std::uint64_t end) {
  {
    const std::lock_guard lock(mutex_);
    written_ = end;
  }
  changed_.notify_all();
}

std::string ReadBack::finish(const std::function<void()>& idle) {
  std::unique_lock lock(mutex_);
  complete_ = true;
  changed_.notify_all();
  while (!done_) {
    changed_.wait_for(lock, std::chrono::milliseconds(100));
    lock.unlock();
    idle();
    lock.lock();
  }
  if (failure_) std::rethrow_exception(failure_);
  return sha256_;
}

void ReadBack::run() {
  std::string sha256;
  std::exception_ptr failure;
  try {
    sha256 = hash_pieces();
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    sha256_ = std::move(sha256);
    failure_ = failure;
    done_ = true;
  }
  changed_.notify_all();
}

std::string ReadBack::hash_pieces() {
  Sha256 hash;
  std::vector<char> block(kReadBackBlock);
  for (std::uint64_t done = 0;;) {
    std::uint64_t end = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return give_up_ || complete_ || written_ >= done + kPiece; });
      if (give_up_ || (complete_ && done >= written_)) return hash.hex();
      end = std::min(written_, done + kPiece);
    }
    const std::uint64_t start = done;
    bring_to_disk(file_, start, end - start);
    while (done < end) {
      const std::size_t got =
          file_.read(block.data(), std::min<std::uint64_t>(block.size(), end - done), done);
      if (got == 0) return hash.hex();  // somebody has cut it off; the hash will tell
      hash.update({block.data(), got});
      done += got;
    }
    ::posix_fadvise(file_.fd(), static_cast<off_t>(start), static_cast<off_t>(end - start),
                    POSIX_FADV_DONTNEED);
  }
}

}  // namespace baseline
