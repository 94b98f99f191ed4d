#include "tracer.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "calls.hpp"
#include "recorder.hpp"

namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;
constexpr int kCannotFilter = 125;

// One thread between the entry of a system call and its exit.
struct Thread {
  bool in_call = false;
  bool failing = false;
  Call call;
  Paths paths;
  std::uint64_t n = 0;
};

// The calls at which the kernel stops the program: a stop costs more than most of the calls.
std::vector<sock_filter> stops_at(const std::vector<long>& numbers) {
  constexpr auto kLoad = static_cast<unsigned short>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kIsEqual = static_cast<unsigned short>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kReturn = static_cast<unsigned short>(BPF_RET | BPF_K);
  std::vector<sock_filter> filter = {BPF_STMT(kLoad, offsetof(seccomp_data, nr))};
  for (const long number : numbers) {
    filter.push_back(BPF_JUMP(kIsEqual, static_cast<unsigned>(number), 0, 1));
    filter.push_back(BPF_STMT(kReturn, SECCOMP_RET_TRACE));
  }
  filter.push_back(BPF_STMT(kReturn, numbers.empty() ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW));
  return filter;
}

class Tracer {
 public:
  explicit Tracer(const Plan& plan) : plan_(plan) {
    if (!plan.record.empty()) recorder_ = std::make_unique<Recorder>(plan.record, plan.below);
  }

  Ending run() {
    start();
    while (!threads_.empty()) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, __WALL);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) break;
      if (WIFSTOPPED(status)) {
        stopped(pid, status);
      } else {
        ended(pid, status);
      }
    }
    return ending_;
  }

 private:
  void start() {
    first_ = ::fork();
    if (first_ < 0) throw std::runtime_error("cannot fork");
    if (first_ == 0) {
      std::vector<char*> arguments;
      for (const std::string& word : plan_.command) {
        arguments.push_back(const_cast<char*>(word.c_str()));
      }
      arguments.push_back(nullptr);
      std::vector<sock_filter> stops = stops_at(
          plan_.count == Plan::Count::all ? std::vector<long>{} : known_calls(looks_at_changes()));
      const sock_fprog filter{static_cast<unsigned short>(stops.size()), stops.data()};
      if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(126);
      ::raise(SIGSTOP);
      // Only root may do it to a program that may gain rights.
      if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0 &&
          (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)) {
        ::_exit(kCannotFilter);
      }
      ::execvp(arguments.front(), arguments.data());
      ::_exit(127);
    }
    int status = 0;
    if (::waitpid(first_, &status, 0) != first_ || !WIFSTOPPED(status)) {
      throw std::runtime_error("processes cannot be traced here");
    }
    constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
                              PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACESECCOMP |
                              PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SETOPTIONS, first_, nullptr, kOptions) != 0) {
      throw std::runtime_error(std::string("processes cannot be traced here: ") +
                               std::strerror(errno));
    }
    threads_[first_];
    go_on(first_, 0);
  }

  // Whether what cannot change a file is of no interest.
  bool looks_at_changes() const { return plan_.count == Plan::Count::changes && !recorder_; }

  // To the next stop of the filter.
  static void go_on(pid_t pid, int signal) { ::ptrace(PTRACE_CONT, pid, nullptr, signal); }

  void stopped(pid_t pid, int status) {
    const bool is_new = !threads_.contains(pid);
    Thread& thread = threads_[pid];
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == kSyscallStop || event == PTRACE_EVENT_SECCOMP) {
      at_call(pid, thread);
      return;
    }
    if (event == PTRACE_EVENT_EXEC && pid == first_) counting_ = true;
    // A new thread begins with a stop that is not for it.
    go_on(pid, event != 0 || (is_new && signal == SIGSTOP) ? 0 : signal);
  }

  void ended(pid_t pid, int status) {
    threads_.erase(pid);
    if (pid != first_) return;
    if (WIFEXITED(status)) ending_.code = WEXITSTATUS(status);
    if (!counting_ && ending_.code == kCannotFilter) {
      throw std::runtime_error("processes cannot be traced here: no filter of system calls");
    }
    if (WIFSIGNALED(status)) ending_.signal = WTERMSIG(status);
    kill_all();
  }

  void kill_all() {
    for (const auto& [pid, thread] : threads_) ::kill(pid, SIGKILL);
  }

  void at_call(pid_t pid, Thread& thread) {
    __ptrace_syscall_info info{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) {
      go_on(pid, 0);
      return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_SECCOMP && counting_) {
      if (!entered(pid, thread, info)) return;
      if (thread.failing || recorder_) {
        ::ptrace(PTRACE_SYSCALL, pid, nullptr, 0);  // to the exit of this call
        return;
      }
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread.in_call) {
      left(pid, thread, info.exit.rval);
    }
    go_on(pid, 0);
  }

  // False: the program was killed.
  bool entered(pid_t pid, Thread& thread, const __ptrace_syscall_info& info) {
    thread.in_call = true;
    thread.failing = false;
    thread.n = 0;
    thread.call.pid = pid;
    thread.call.number = static_cast<long>(info.seccomp.nr);
    std::memcpy(thread.call.arguments, info.seccomp.args, sizeof thread.call.arguments);
    thread.paths = needs_paths(thread.call) ? paths_of(thread.call) : Paths{};
    if (is_counted(thread)) {
      thread.n = ++ending_.calls;
      if (thread.n == plan_.kill_at) {
        ending_.killed = true;
        ending_.last = described(thread);
        kill_all();
        return false;
      }
      if (plan_.fail_at != 0 &&
          (thread.n == plan_.fail_at || (plan_.fail_on && thread.n > plan_.fail_at))) {
        disturb(pid, thread);
      }
    }
    if (recorder_) recorder_->entered(thread.call, thread.paths);
    return true;
  }

  void left(pid_t pid, Thread& thread, std::int64_t result) {
    thread.in_call = false;
    if (thread.failing) {
      user_regs_struct registers{};
      ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
      registers.rax = static_cast<unsigned long long>(-static_cast<long long>(plan_.error));
      ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
      return;
    }
    if (recorder_) recorder_->left(thread.call, thread.paths, result, thread.n);
  }

  // An error: the kernel is given the number of no call, and its answer is replaced at the exit.
  // A short one: the kernel is asked for half.
  void disturb(pid_t pid, Thread& thread) {
    if (ending_.last.empty()) ending_.last = described(thread);
    user_regs_struct registers{};
    ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers);
    if (plan_.error != 0) {
      registers.orig_rax = static_cast<unsigned long long>(-1);
      thread.failing = true;
    } else if (registers.rdx > 1) {
      registers.rdx /= 2;
    }
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
  }

  bool needs_paths(const Call& call) const {
    if (plan_.kill_at != 0 && plan_.below.empty()) return false;
    return kind_of(call.number).number >= 0;
  }

  bool is_counted(const Thread& thread) const {
    const Call& call = thread.call;
    if (plan_.count == Plan::Count::changes && !can_change(call.number, call.arguments)) {
      return false;
    }
    if (plan_.count == Plan::Count::files && kind_of(call.number).number < 0) return false;
    // What cannot be cut short is not a place for a short one.
    const bool wants_short = plan_.fail_at != 0 && plan_.error == 0;
    if (wants_short && call.number != SYS_write && call.number != SYS_pwrite64 &&
        call.number != SYS_read && call.number != SYS_pread64) {
      return false;
    }
    if (plan_.below.empty()) return true;
    const auto below = [&](const std::string& path) { return path.rfind(plan_.below, 0) == 0; };
    return below(thread.paths.first) || below(thread.paths.second);
  }

  static std::string described(const Thread& thread) {
    const Paths paths = paths_of(thread.call);
    std::string text = name_of(thread.call.number);
    if (!paths.first.empty()) text += " " + paths.first;
    if (!paths.second.empty()) text += " " + paths.second;
    return text;
  }

  const Plan& plan_;
  std::unique_ptr<Recorder> recorder_;
  pid_t first_ = 0;
  bool counting_ = false;
  std::map<pid_t, Thread> threads_;
  Ending ending_;
};

}  // namespace

Ending trace(const Plan& plan) { return Tracer(plan).run(); }
