#include "store/sqlite/swap/exclusive.hpp"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "base/error.hpp"
#include "store/sqlite/swap/target.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite::exclusive_test {
namespace {

using std::chrono::milliseconds;

volatile std::sig_atomic_t glance = -1;  // a descriptor

void look_away(int) {
  ::close(glance);
  glance = -1;
}

// Whether the database counts as unused for a run that does not wait, though somebody has it open.
bool counts_as_unused(const Target& target) {
  try {
    Exclusive::require_unused(target, Deadline(milliseconds(0)));
    return true;
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::in_use);
    return false;
  }
}

TEST_CASE("who only looks at the database for a moment is no user of it", "[exclusive]") {
  const TempDir dir;
  run_sql(dir.path() / "app.db", "CREATE TABLE t (x)");
  const Target target = resolve(dir.path() / "app.db");
  // Another run takes a lease when it looks, and no other can even open the file then.
  const bool leased = GENERATE(false, true);
  CAPTURE(leased);
  glance = ::open(target.resolved.c_str(), (leased ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  REQUIRE(glance >= 0);
  struct sigaction ignored {};
  struct sigaction sigio {};
  ignored.sa_handler = SIG_IGN;
  REQUIRE(::sigaction(SIGIO, &ignored, &sigio) == 0);
  if (leased) REQUIRE(::fcntl(glance, F_SETLEASE, F_WRLCK) == 0);
  CHECK_FALSE(counts_as_unused(target));

  // The signal ends the sleep between two attempts, and then it is closed.
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = look_away;
  REQUIRE(::sigaction(SIGALRM, &action, &before) == 0);
  const itimerval soon{{}, {0, 30'000}};
  REQUIRE(::setitimer(ITIMER_REAL, &soon, nullptr) == 0);
  CHECK(counts_as_unused(target));
  CHECK(glance == -1);
  ::sigaction(SIGALRM, &before, nullptr);
  ::sigaction(SIGIO, &sigio, nullptr);
}

}  // namespace
}  // namespace baseline::sqlite::exclusive_test
