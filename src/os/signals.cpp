#include "os/signals.hpp"

#include <csignal>

#include "base/error.hpp"

namespace baseline {
namespace {

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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // What the parent ignores stays ignored (nohup, a shell's background job).
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

int pending_signal() { return pending; }

bool stop_requested() { return pending != 0 && !too_late; }

void stop_if_interrupted() {
  if (stop_requested()) throw Interrupted(pending);
}

TooLateToStop::TooLateToStop() { too_late = true; }
TooLateToStop::~TooLateToStop() { too_late = false; }

}  // namespace baseline
