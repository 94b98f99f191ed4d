#include "os/shared_work.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "os/child_process.hpp"
#include "os/file.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

/// The number of the next piece, in memory that all processes share.
class NextPiece {
 public:
  NextPiece()
      : memory_(::mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) throw_errno("make", "memory that processes share");
    number_ = new (memory_) Number(0);
  }
  ~NextPiece() { ::munmap(memory_, sizeof(Number)); }
  NextPiece(const NextPiece&) = delete;
  NextPiece& operator=(const NextPiece&) = delete;

  std::size_t take() { return number_->fetch_add(1); }

 private:
  using Number = std::atomic<std::size_t>;
  static_assert(Number::is_always_lock_free);

  void* memory_;
  Number* number_;
};

/// What goes before each message of a helper.
struct MessageHead {
  std::uint64_t piece = 0;
  std::uint64_t size = 0;
  std::int64_t failure = -1;  ///< an ErrorCode: the message is that of an Error, and the last one
};

void send_message(int fd, const MessageHead& head, const std::string& text) {
  std::string bytes(sizeof head, '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  bytes += text;
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + sent, bytes.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(1);  // nobody listens any more
    sent += static_cast<std::size_t>(n);
  }
}

// In the new process. It ends here, and runs no destructor of what it has of its parent.
[[noreturn]] void help(const SharedWork& shared, NextPiece& next, int fd) {
  MessageHead head;
  const auto send_failure = [&](ErrorCode code, const std::string& message) {
    head.failure = static_cast<std::int64_t>(code);
    head.size = message.size();
    send_message(fd, head, message);
  };
  try {
    restore_signals();  // the parent undoes what there is to undo
    surprises_as_errors([&] {
      if (shared.begin) shared.begin();
      for (head.piece = next.take(); head.piece < shared.pieces; head.piece = next.take()) {
        const std::string result = shared.work(head.piece);
        head.size = result.size();
        send_message(fd, head, result);
      }
    });
  } catch (const Error& error) {
    send_failure(error.code(), error.what());
  } catch (const Interrupted&) {
    ::_exit(1);
  }
  ::_exit(0);
}

/// A process that does pieces of the work; killed when this ends.
class Helper {
 public:
  Helper(const SharedWork& shared, NextPiece& next) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    pipe_ = File(ends[0], "a pipe");
    File write(ends[1], "a pipe");
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("start", "another process");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    help(shared, next, write.fd());
  }
  ~Helper() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  Helper(Helper&& other) noexcept
      : pipe_(std::move(other.pipe_)),
        pid_(std::exchange(other.pid_, -1)),
        unread_(std::move(other.unread_)) {}
  Helper& operator=(Helper&&) = delete;
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  int fd() const { return pipe_.is_open() ? pipe_.fd() : -1; }

  /// Reads what is there, and hands out the messages that are whole.
  void read(const SharedWork& shared) {
    std::array<char, 65'536> buffer{};
    const ssize_t n = ::read(fd(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return;
    if (n < 0) throw_errno("read", "a pipe");
    if (n == 0) return ended();
    unread_.append(buffer.data(), static_cast<std::size_t>(n));
    std::size_t at = 0;
    MessageHead head;
    while (unread_.size() - at >= sizeof head) {
      std::memcpy(&head, unread_.data() + at, sizeof head);
      if (unread_.size() - at - sizeof head < head.size) break;
      std::string text = unread_.substr(at + sizeof head, head.size);
      at += sizeof head + head.size;
      if (head.failure >= 0) throw Error(static_cast<ErrorCode>(head.failure), text);
      shared.take(head.piece, std::move(text));
    }
    unread_.erase(0, at);
  }

 private:
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    return status;
  }

  void ended() {
    pipe_.close();
    const int status = wait();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    const std::string how = WIFSIGNALED(status)
                                ? fmt::format("was killed by {}", signal_name(WTERMSIG(status)))
                                : "ended early";
    throw Error(ErrorCode::io, fmt::format("a process that did part of the work {}", how),
                "the kernel may have run out of memory; with '-j 1' the least is needed");
  }

  File pipe_;
  pid_t pid_ = -1;
  std::string unread_;
};

}  // namespace

void share_out(const SharedWork& shared) {
  if (shared.processes <= 1) {
    for (std::size_t piece = 0; piece < shared.pieces; ++piece) {
      shared.take(piece, shared.work(piece));
    }
    return;
  }
  NextPiece next;
  std::vector<Helper> helpers;
  for (std::size_t i = 0; i < std::min(shared.processes, shared.pieces); ++i) {
    helpers.emplace_back(shared, next);
  }
  std::vector<pollfd> pipes;
  pipes.reserve(helpers.size());
  for (const Helper& helper : helpers) pipes.push_back({helper.fd(), POLLIN, 0});
  while (std::ranges::any_of(pipes, [](const pollfd& pipe) { return pipe.fd >= 0; })) {
    wait_for_any(pipes, std::nullopt);
    stop_if_interrupted();
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      helpers[i].read(shared);
      pipes[i].fd = helpers[i].fd();
    }
  }
}

std::size_t usable_processors() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&usable), 1));
}

}  // namespace baseline
