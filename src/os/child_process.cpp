#include "os/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>

#include "base/error.hpp"
#include "os/acting_user.hpp"
#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/file_system.hpp"
#include "os/program.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

struct Pipe {
  File read;
  File write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make", "a pipe");
  return {File(ends[0], "a pipe"), File(ends[1], "a pipe")};
}

// What the child reads: all of it is there before the child is, so that neither waits for the
// other, however much it is and whether or not it is read.
File make_input(const std::string& text) {
  if (text.empty()) {
    File null(::open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null");
    if (!null.is_open()) throw_errno("open", "/dev/null");
    return null;
  }
  File file(::memfd_create("input", MFD_CLOEXEC), "a file in memory");
  if (!file.is_open()) throw_errno("make", "a file in memory");
  real_file_system().write(file, text, 0);  // does not move the position, which stays at the start
  return file;
}

// ---- In the child, between fork() and exec(): system calls on what was prepared, nothing else.

/// All that the child needs, made by the parent.
struct Prepared {
  std::vector<std::string> programs;  ///< the paths to try, in the order of PATH
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string directory;
  pid_t parent = 0;
  int in = -1;
  int out = -1;
  int err = -1;
  int status = -1;
};

[[noreturn]] void give_up(int status) {
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(status, &error, sizeof error);
  ::_exit(127);
}

void close_from(int first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
#endif
  // Linux before 5.9, or a container that does not know the call.
  struct rlimit limit {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kHighest = 1U << 20U;
  for (int fd = first; static_cast<rlim_t>(fd) < std::min(limit.rlim_cur, kHighest); ++fd) {
    ::close(fd);
  }
}

// Leaves 0, 1, 2, and 3 for the status, which exec() closes. Returns false with errno set.
bool arrange_descriptors(Prepared& prepared) {
  // Out of the way first: any of them may be on a number that another one gets.
  constexpr int kAway = 10;
  for (int* fd : {&prepared.status, &prepared.in, &prepared.out, &prepared.err}) {
    *fd = ::fcntl(*fd, F_DUPFD_CLOEXEC, kAway);
    if (*fd < 0) return false;
  }
  if (::dup3(prepared.status, 3, O_CLOEXEC) < 0) return false;
  prepared.status = 3;
  if (::dup2(prepared.in, 0) < 0 || ::dup2(prepared.out, 1) < 0 || ::dup2(prepared.err, 2) < 0) {
    return false;
  }
  close_from(4);
  return true;
}

void reset_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(Prepared& prepared) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before that was said.
  if (::getppid() != prepared.parent) ::_exit(127);
  reset_signals();
  const int status = prepared.status;
  if (!arrange_descriptors(prepared)) give_up(status);
  if (!prepared.directory.empty() && ::chdir(prepared.directory.c_str()) != 0) give_up(3);
  // As a shell does: where one may not run the first of that name, another one may be meant.
  int denied = 0;
  for (const std::string& program : prepared.programs) {
    ::execve(program.c_str(), prepared.argv.data(), prepared.environment.data());
    if (errno == EACCES) denied = errno;
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) break;
  }
  if (denied != 0 && (errno == ENOENT || errno == ENOTDIR)) errno = denied;
  give_up(3);
}

// ---- In the parent.

std::string path_of(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (const std::string& variable : environment) {
    if (variable.starts_with(kName)) return variable.substr(kName.size());
  }
  return "/bin:/usr/bin";
}

std::vector<std::string> programs_of(const ChildSpec& spec) {
  return paths_of_program(spec.argv.front(), path_of(spec.environment));
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  // exec() takes them as writable for historical reasons only, and does not write.
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// Whether this process has a child, dead or alive.
bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// While it lives, this process can wait for its children, and whoever loses his parent below us
/// becomes one of them. The latter not where we have children already: what they leave behind would
/// be taken for the command's.
class Parenthood {
 public:
  /// `adopting`: whether it wants to become the parent of orphans.
  explicit Parenthood(bool adopting) {
    // Who ignores SIGCHLD (which exec() hands down) never learns how a child ended.
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &action, &before_);
    adopts_ = adopting && !has_children() && ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
  }
  ~Parenthood() {
    if (adopts_) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    ::sigaction(SIGCHLD, &before_, nullptr);
  }
  Parenthood(const Parenthood&) = delete;
  Parenthood& operator=(const Parenthood&) = delete;

  bool adopts() const { return adopts_; }

 private:
  struct sigaction before_ {};
  bool adopts_ = false;
};

// Kills all children of this process until there is none. False: some are left after the grace
// time.
bool kill_children() {
  const SteadyClock::time_point end = SteadyClock::now() + kGraceTime;
  for (;;) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (!has_children()) return true;
    std::ifstream children(fmt::format("/proc/self/task/{}/children", ::getpid()));
    // A child's number cannot go to somebody else before we have waited for it.
    for (pid_t pid = 0; children >> pid;) ::kill(pid, SIGKILL);
    if (SteadyClock::now() >= end) return false;
    const timespec moment{0, 1'000'000};
    ::nanosleep(&moment, nullptr);
  }
}

/// One of the child's streams, while it is read.
class Stream {
 public:
  explicit Stream(File pipe) : pipe_(std::move(pipe)) {
    ::fcntl(pipe_.fd(), F_SETFL, O_RDONLY | O_NONBLOCK);
  }

  int fd() const { return pipe_.is_open() ? pipe_.fd() : -1; }

  // Takes what is there now, 1 MiB at most, which is what a pipe can hold. Never waits.
  void drain() {
    std::array<char, 16384> block{};
    // Somebody who writes without end must not keep us from looking at the time.
    constexpr int kBlocks = 64;
    for (int i = 0; i < kBlocks && pipe_.is_open(); ++i) {
      const ssize_t got = ::read(pipe_.fd(), block.data(), block.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        pipe_.close();
        return;
      }
      output_.kept.append(block.data(), static_cast<std::size_t>(got));
      output_.size += static_cast<std::uint64_t>(got);
      // Not at each block: cutting the front off moves all the rest.
      if (output_.kept.size() > 2 * kKeptOutput) cut();
    }
  }

  ChildOutput take() {
    cut();
    return std::move(output_);
  }

 private:
  void cut() {
    if (output_.kept.size() > kKeptOutput) {
      output_.kept.erase(0, output_.kept.size() - kKeptOutput);
    }
  }

  File pipe_;
  ChildOutput output_;
};

/// The child and all that it started; whatever is left of them is killed at the end.
class Child {
 public:
  explicit Child(const ChildSpec& spec) : Child(spec, make_pipe(), make_pipe(), make_pipe()) {}
  ~Child() { end_all(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// errno, when the program could not be started.
  const std::optional<int>& start_error() const { return start_error_; }

  /// Whether the leader has ended. It stays a zombie, so that its number, which is the group's,
  /// goes to nobody else.
  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  }

  void signal_group(int signal) const { ::kill(-pid_, signal); }

  /// Waits for output or the leader's end, but no longer than to `until`, and takes the output.
  void wait(SteadyClock::time_point until) {
    std::array<struct pollfd, 3> events{
        {{out_.fd(), POLLIN, 0}, {err_.fd(), POLLIN, 0}, {handle_.fd(), POLLIN, 0}}};
    auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    // Linux before 5.3 tells no descriptor of an end: look now and then.
    constexpr std::chrono::milliseconds kLook(10);
    if (!handle_.is_open()) left = std::min(left, kLook);
    wait_for_any(events, std::max(left, std::chrono::milliseconds(0)));
    out_.drain();
    err_.drain();
  }

  /// Ends everything and returns how the leader did.
  int end_all() {
    if (pid_ < 0) return status_;
    if (!has_detached()) signal_group(SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    if (parenthood_.adopts()) all_ended_ = kill_children();
    out_.drain();
    err_.drain();
    return status_;
  }

  bool all_ended() const { return all_ended_; }
  ChildOutput take_out() { return out_.take(); }
  ChildOutput take_err() { return err_.take(); }

 private:
  Child(const ChildSpec& spec, Pipe out, Pipe err, Pipe status)
      : detaches_(spec.detaches),
        parenthood_(!spec.detaches),
        out_(std::move(out.read)),
        err_(std::move(err.read)) {
    const File input = make_input(spec.input);
    Prepared prepared{programs_of(spec),
                      pointers_to(spec.argv),
                      pointers_to(spec.environment),
                      spec.directory.native(),
                      ::getpid(),
                      input.fd(),
                      out.write.fd(),
                      err.write.fd(),
                      status.write.fd()};
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("start", spec.argv.front());
    if (pid_ == 0) become(prepared);
    out.write.close();
    err.write.close();
    status.write.close();
    read_start(status.read);
#ifdef SYS_pidfd_open
    if (!start_error_) {
      handle_ = File(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), "a process");
    }
#endif
  }

  // exec() closes the pipe, and so does the end of the child.
  void read_start(const File& status) {
    int error = 0;
    ssize_t got = 0;
    do {
      got = ::read(status.fd(), &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof error)) start_error_ = error;
  }

  // Whether the leader has ended well, and what it started is to go on.
  bool has_detached() const {
    siginfo_t info{};
    return detaches_ &&
           ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_ && info.si_code == CLD_EXITED && info.si_status == 0;
  }

  bool detaches_;
  Parenthood parenthood_;
  pid_t pid_ = -1;
  Stream out_;
  Stream err_;
  File handle_;  ///< readable once the leader has ended; may be closed
  std::optional<int> start_error_;
  int status_ = 0;
  bool all_ended_ = true;
};

}  // namespace

ChildOutcome run_child(const ChildSpec& spec) {
  stop_if_interrupted();
  // Until it has ended, for only root can signal what it starts as another user.
  const AsStartingUser starts;
  Child child(spec);
  ChildOutcome outcome;
  if (child.start_error()) {
    outcome.end = ChildOutcome::End::not_started;
    outcome.code = *child.start_error();
    return outcome;
  }
  bool timed_out = false;
  SteadyClock::time_point deadline = SteadyClock::now() + spec.timeout;
  while (!child.has_ended()) {
    child.wait(deadline);
    stop_if_interrupted();
    if (SteadyClock::now() < deadline || child.has_ended()) continue;
    child.signal_group(timed_out ? SIGKILL : SIGTERM);
    // One that is stopped cannot hear it.
    child.signal_group(SIGCONT);
    timed_out = true;
    deadline = SteadyClock::now() + kGraceTime;
  }
  const int status = child.end_all();
  outcome.all_ended = child.all_ended();
  outcome.out = child.take_out();
  outcome.err = child.take_err();
  if (timed_out) {
    outcome.end = ChildOutcome::End::timed_out;
  } else if (WIFSIGNALED(status)) {
    outcome.end = ChildOutcome::End::signalled;
    outcome.code = WTERMSIG(status);
  } else {
    outcome.code = WEXITSTATUS(status);
  }
  return outcome;
}

std::string signal_name(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace baseline
