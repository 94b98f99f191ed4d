#include "os/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/acting_user.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace

std::optional<Terminal> Terminal::open() {
  const AsStartingUser types;
  // Opened anew, so that not to wait is said of this descriptor alone.
  for (const char* const path : {"/dev/tty", "/proc/self/fd/0"}) {
    const int fd = ::open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && ::isatty(fd) != 0) return std::optional<Terminal>(std::in_place, fd);
    if (fd >= 0) ::close(fd);
  }
  return {};
}

Terminal::Terminal(Terminal&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Terminal::~Terminal() {
  if (fd_ >= 0) ::close(fd_);
}

bool Terminal::is_taken() const {
  const pid_t group = ::tcgetpgrp(fd_);
  // None: it is not the controlling terminal, and has no jobs for us.
  return group > 0 && group != ::getpgrp();
}

bool Terminal::wait_for(short events, SteadyTime end) const {
  struct pollfd terminal {
    fd_, events, 0
  };
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyTime::clock::now());
  const int ready = wait_for_any({&terminal, 1}, std::max(left, std::chrono::milliseconds(0)));
  return ready > 0 && !is_taken();
}

Terminal::Reply Terminal::read_reply(std::string_view question, SteadyTime end) const {
  // Little at once: a terminal that takes something need not take much.
  constexpr std::size_t kPiece = 512;
  while (!question.empty()) {
    if (!wait_for(POLLOUT, end)) return {};
    const ssize_t done = ::write(fd_, question.data(), std::min(question.size(), kPiece));
    if (done > 0) question.remove_prefix(static_cast<std::size_t>(done));
    if (done <= 0 && errno != EAGAIN && errno != EINTR) return {Reply::Kind::closed, {}};
  }
  std::string line;
  while (wait_for(POLLIN, end)) {
    char c = 0;
    const ssize_t count = ::read(fd_, &c, 1);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) return {Reply::Kind::closed, {}};
    if (c == '\n') return {Reply::Kind::line, line};
    line += c;
  }
  return {};
}

Terminal::Reply Terminal::ask(std::string_view question, std::chrono::milliseconds patience) const {
  if (is_taken()) return {};
  Reply reply = read_reply(question, SteadyTime::clock::now() + patience);
  if (reply.kind != Reply::Kind::line && !is_taken()) {
    // What follows is on its own line. A terminal that takes nothing need not have it.
    if (::write(fd_, "\n", 1) < 0) reply.line.clear();
  }
  stop_if_interrupted();
  return reply;
}

}  // namespace baseline
