#include "os/signals.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.hpp"
#include "support/catch.hpp"

namespace baseline::signals_test {
namespace {

constexpr int kWentOn = 7;
constexpr int kEnded = 128 + SIGTERM;

// The exit code of a process that SIGTERM comes to, and after that the end of its patience.
template <class Act>
int exit_code_of(Act&& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    watch_signals();
    act([] {
      ::raise(SIGTERM);
      if (::alarm(0) == 0) ::_exit(1);  // nothing would come
      ::raise(SIGALRM);
    });
    ::_exit(kWentOn);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a signal that nothing reacts to ends the process", "[signals]") {
  CHECK(exit_code_of([](auto signalled) { signalled(); }) == kEnded);
  CHECK(exit_code_of([](auto signalled) {
          const SuddenEnd none(false);
          const SuddenEnd allowed(true);
          signalled();
        }) == kEnded);
  CHECK(exit_code_of([](auto signalled) {
          { const SuddenEnd none(false); }
          signalled();
        }) == kEnded);
}

TEST_CASE("no signal ends the process in the window", "[signals]") {
  CHECK(exit_code_of([](auto signalled) {
          const SuddenEnd none(false);
          signalled();
        }) == kWentOn);
  CHECK(exit_code_of([](auto signalled) {
          const TooLateToStop window;
          signalled();
        }) == kWentOn);
}

TEST_CASE("no signal ends the process once the new database is live", "[signals]") {
  CHECK(exit_code_of([](auto signalled) {
          { const TooLateToStop window; }
          signalled();
        }) == kWentOn);
}

TEST_CASE("no signal ends the process while it undoes what it did", "[signals]") {
  CHECK(exit_code_of([](auto) {
          ::raise(SIGTERM);
          try {
            stop_if_interrupted();
          } catch (const Interrupted&) {
            ::raise(SIGALRM);
          }
        }) == kWentOn);
}

TEST_CASE("the end of a patience that nobody has tried is nothing", "[signals]") {
  CHECK(exit_code_of([](auto) { ::raise(SIGALRM); }) == kWentOn);
}

}  // namespace
}  // namespace baseline::signals_test
