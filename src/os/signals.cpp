#include "os/signals.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.hpp"

namespace baseline {
namespace {

constexpr std::array kWatched = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t pending = 0;
bool too_late = false;

void remember(int signal) {
  if (pending == 0) pending = signal;
}

}  // namespace

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = remember;
  // No SA_RESTART: a signal ends a sleep, so that waiting stops at once.
  for (const int signal : kWatched) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // What the parent ignores stays ignored (nohup, a shell's background job).
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

bool wait_for_input(int descriptor) {
  sigset_t watched;
  sigset_t before;
  ::sigemptyset(&watched);
  for (const int signal : kWatched) ::sigaddset(&watched, signal);
  // Only ppoll() lets them in: one that came just before it would otherwise not end it.
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  struct pollfd input {
    descriptor, POLLIN, 0
  };
  int ready = 0;
  do {
    ready = pending != 0 ? 0 : ::ppoll(&input, 1, nullptr, &before);
  } while (ready < 0 && errno == EINTR);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return ready > 0 && pending == 0;
}

int pending_signal() { return pending; }

bool stop_requested() { return pending != 0 && !too_late; }

void stop_if_interrupted() {
  if (stop_requested()) throw Interrupted(pending);
}

TooLateToStop::TooLateToStop() { too_late = true; }
TooLateToStop::~TooLateToStop() { too_late = false; }

}  // namespace baseline
