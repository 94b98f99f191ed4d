#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "os/file_system.hpp"
#include "os/signals.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sudden_end_test {
namespace {

constexpr int kDone = 7;
constexpr int kUndone = 8;

// How a deploy ends to which SIGTERM comes at the end of a step, and which does not react to it
// there for longer than a signal has patience.
int end_of_deploy(const std::filesystem::path& database, Step step) {
  const pid_t child = ::fork();
  if (child == 0) {
    watch_signals();
    try {
      Workbench bench(real_file_system(), database);
      bench.observer.on_finished = [&](Step finished) {
        if (finished != step) return;
        ::raise(SIGTERM);
        ::alarm(0);
        ::raise(SIGALRM);
      };
      bench.deploy();
      ::_exit(kDone);
    } catch (const Interrupted&) {
      ::_exit(kUndone);
    } catch (const std::exception&) {
      ::_exit(1);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("no signal ends a deploy in its window", "[signals]") {
  const TempDir dir;
  for (const auto& [step, end] : {std::pair(Step::stage, kUndone), std::pair(Step::freeze, kUndone),
                                  std::pair(Step::swap, kDone), std::pair(Step::check_live, kDone),
                                  std::pair(Step::seal, kDone)}) {
    INFO(static_cast<int>(step));
    const auto database = dir.path() / std::to_string(static_cast<int>(step)) / "app.db";
    std::filesystem::create_directory(database.parent_path());
    make_old(database);
    CHECK(end_of_deploy(database, step) == end);
    CHECK(content(database) == (end == kDone ? "new" : "old"));
    CHECK(files_in(database.parent_path()).front() != ".app.db.baseline-journal");
  }
}

}  // namespace
}  // namespace baseline::sudden_end_test
