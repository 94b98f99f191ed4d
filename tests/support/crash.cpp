#include "support/crash.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"

namespace {

constexpr int kCrashed = 77;

int exit_code_of(int crash_at, const std::function<void(baseline::FileSystem&)>& act) {
  int step = 0;
  HookedFileSystem files([&](const std::string&, const std::string&) {
    if (++step == crash_at) ::_exit(kCrashed);
  });
  try {
    act(files);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (...) {
    // Catch's own, of a REQUIRE: the rest of the tests is not the child's to run.
    std::fputs("a REQUIRE failed\n", stderr);
  }
  return 1;
}

}  // namespace

bool survives(int crash_at, const std::function<void(baseline::FileSystem&)>& act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(exit_code_of(crash_at, act));
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE((WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kCrashed));
  return WEXITSTATUS(status) == 0;
}
