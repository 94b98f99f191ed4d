#include "support/crash.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"

namespace {

constexpr int kCrashed = 77;

// A crash after it leaves what a crash before it would.
bool changes_nothing(const std::string& operation, const std::string& path) {
  if (operation == "sync" || operation == "sync-dir") return true;
  struct stat status {};
  const bool exists = ::lstat(path.c_str(), &status) == 0;
  return (operation == "unlink" && !exists) || (operation == "open" && exists);
}

int exit_code_of(int crash_at, const std::function<void(baseline::FileSystem&)>& act) {
  int step = 0;
  bool is_place = true;
  HookedFileSystem files([&](const std::string& operation, const std::string& path) {
    if (is_place && ++step == crash_at) ::_exit(kCrashed);
    is_place = !changes_nothing(operation, path);
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
