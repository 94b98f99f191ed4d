#include "os/signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "os/clock.hpp"

namespace baseline {
namespace {

constexpr std::array kWatched = {SIGINT, SIGTERM, SIGHUP};

// Those that this program, or a room of it, sets to something else.
constexpr std::array kChanged = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGIO, SIGALRM};

constexpr unsigned kSecondsToReact = 1;

volatile std::sig_atomic_t pending = 0;
volatile std::sig_atomic_t has_reacted = 0;
volatile std::sig_atomic_t sudden_end = 1;
volatile std::sig_atomic_t never_sudden = 0;
std::array<struct sigaction, kChanged.size()> original_actions{};
bool watching = false;
bool too_late = false;

void remember(int signal) {
  if (pending != 0) return;
  pending = signal;
  ::alarm(kSecondsToReact);
}

void lose_patience(int /*signal*/) {
  if (pending == 0 || has_reacted != 0) return;
  if (sudden_end == 0 || never_sudden != 0) {
    ::alarm(kSecondsToReact);
    return;
  }
  constexpr std::string_view kLastWords =
      "baseline: interrupted in the middle of a step; the next run tidies up what is left of it\n";
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, kLastWords.data(), kLastWords.size());
  constexpr int kExitCodeOfSignal = 128;
  ::_exit(kExitCodeOfSignal + pending);
}

}  // namespace

void watch_signals() {
  for (std::size_t i = 0; i < kChanged.size(); ++i) {
    ::sigaction(kChanged[i], nullptr, &original_actions[i]);
  }
  watching = true;
  never_sudden = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  // No SA_RESTART: a signal ends a sleep, so that waiting stops at once.
  for (const int signal : kWatched) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // What the parent ignores stays ignored (nohup, a shell's background job).
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  action.sa_handler = lose_patience;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  // Both come back as errors of the call, with which the run can be undone.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void restore_signals() {
  if (!watching) return;
  sigset_t watched;
  sigset_t before;
  ::sigemptyset(&watched);
  for (const int signal : kWatched) ::sigaddset(&watched, signal);
  // One that comes from here on does what it does by default.
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  if (stop_requested()) {
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    stop_if_interrupted();
  }
  for (std::size_t i = 0; i < kChanged.size(); ++i) {
    ::sigaction(kChanged[i], &original_actions[i], nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

int wait_for_any(std::span<struct pollfd> descriptors,
                 std::optional<std::chrono::milliseconds> timeout) {
  using std::chrono::nanoseconds;
  const SteadyClock::time_point end =
      SteadyClock::now() + timeout.value_or(std::chrono::milliseconds(0));
  sigset_t watched;
  sigset_t before;
  ::sigemptyset(&watched);
  for (const int signal : kWatched) ::sigaddset(&watched, signal);
  // Only ppoll() lets them in: one that came just before it would otherwise not end it.
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  int ready = 0;
  do {
    if (stop_requested()) {
      ready = 0;
      break;
    }
    const auto left = std::max(nanoseconds(end - SteadyClock::now()), nanoseconds(0));
    const timespec time{static_cast<time_t>(left / std::chrono::seconds(1)),
                        static_cast<long>((left % std::chrono::seconds(1)).count())};
    ready = ::ppoll(descriptors.data(), descriptors.size(), timeout ? &time : nullptr, &before);
  } while (ready < 0 && errno == EINTR);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return std::max(ready, 0);
}

bool wait_for_input(int descriptor) {
  struct pollfd input {
    descriptor, POLLIN, 0
  };
  return wait_for_any({&input, 1}, std::nullopt) > 0 && pending == 0;
}

int pending_signal() { return pending; }

bool stop_requested() { return pending != 0 && !too_late; }

void stop_if_interrupted() {
  if (!stop_requested()) return;
  has_reacted = 1;
  throw Interrupted(pending);
}

SuddenEnd::SuddenEnd(bool allowed) : before_(sudden_end != 0) { sudden_end = allowed ? 1 : 0; }
SuddenEnd::~SuddenEnd() { sudden_end = before_ ? 1 : 0; }

TooLateToStop::TooLateToStop() : before_(std::exchange(too_late, true)) { never_sudden = 1; }
TooLateToStop::~TooLateToStop() { too_late = before_; }

}  // namespace baseline
