// A crash at every step of a run that stops and starts the application. Whenever that leaves it
// stopped the journal tells, and recovery leaves the whole old or the whole new database.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

#include "support/catch.hpp"
#include "support/crash.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::application_crash_test {
namespace {

namespace fs = std::filesystem;

Hook shell(const std::string& script) {
  Hook hook;
  hook.argv = {"/bin/sh", "-ec", script};
  hook.written = hook.argv;
  return hook;
}

// An application that is a file: what it says is whether it runs. Each time it is started it writes
// down that it was.
Application application_in(const fs::path& directory, bool start_fails) {
  Application application;
  application.directory = directory;
  application.stop = shell("echo stopped > state");
  application.start = shell(start_fails ? "test -e started && echo running > state && exit 0; "
                                          "touch started; echo failed > state; exit 3"
                                        : "echo running > state; touch started");
  application.revert = shell("touch reverted");
  return application;
}

std::string state_of(const fs::path& directory) {
  const std::string text = bytes_of(directory / "state");
  return text.substr(0, text.find('\n'));
}

bool survives(const fs::path& database, int crash_at, bool start_fails,
              const std::function<void(Workbench&)>& act) {
  return ::survives(crash_at, [&](FileSystem& files) {
    Workbench bench(files, database);
    bench.set_application(application_in(database.parent_path(), start_fails));
    act(bench);
  });
}

// That the journal tells of an application that does not run.
void demand_told(const fs::path& database, const std::string& state) {
  if (state == "running") return;
  Workbench bench(real_file_system(), database);
  const auto interruption = bench.store().interruption();
  REQUIRE(interruption);
  CHECK((interruption->application == ApplicationState::stopping ||
         interruption->application == ApplicationState::stopped));
}

struct Scenario {
  const char* name;
  bool start_fails;
  bool deployed;  ///< before the run
  std::function<void(Workbench&)> act;
  const char* end;  ///< what is live when nothing crashes
};

void crash_at_every_step(const Scenario& scenario) {
  bool survived = false;
  for (int step = 1; !survived; ++step) {
    INFO(scenario.name << ", crash before step " << step);
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    make_old(database);
    if (scenario.deployed) {
      Workbench bench(real_file_system(), database);
      bench.deploy();
    }
    std::ofstream(dir.path() / "state") << "running\n";
    survived = survives(database, step, scenario.start_fails, scenario.act);
    const std::string live = content(database);
    CHECK((live == "old" || live == "new"));
    demand_told(database, state_of(dir.path()));
    if (survived) {
      CHECK(state_of(dir.path()) == "running");
      CHECK(live == scenario.end);
    }
    survives(database, 0, scenario.start_fails, [](Workbench& bench) { bench.recover(); });
    const std::string recovered = content(database);
    CHECK((recovered == "old" || recovered == "new"));
    CHECK_FALSE(fs::exists(dir.path() / ".app.db.baseline-journal"));
    // The next deploy stops and starts it, whatever was left.
    survives(database, 0, false, [](Workbench& bench) {
      bench.deploy([](DeployRequest& request) { request.again = true; });
    });
    CHECK(content(database) == "new");
    CHECK(state_of(dir.path()) == "running");
  }
}

TEST_CASE("a crash while the application is stopped leaves word of it: deploy", "[crash]") {
  crash_at_every_step({"deploy", false, false, [](Workbench& bench) { bench.deploy(); }, "new"});
}

TEST_CASE("a crash while the application is stopped leaves word of it: it does not start",
          "[crash]") {
  crash_at_every_step({"deploy whose application does not start", true, false,
                       [](Workbench& bench) { bench.deploy(); }, "old"});
}

TEST_CASE("a crash while the application is stopped leaves word of it: checks fail", "[crash]") {
  crash_at_every_step({"deploy whose checks fail", false, false,
                       [](Workbench& bench) {
                         bench.after_passes = false;
                         bench.deploy();
                       },
                       "old"});
}

TEST_CASE("a crash while the application is stopped leaves word of it: rollback", "[crash]") {
  crash_at_every_step({"rollback", false, true, [](Workbench& bench) { bench.rollback(); }, "old"});
}

// Kills the program from inside a hook, before that has done anything.
void kill_in(const char* hook, bool after_passes) {
  INFO("killed in " << hook << (after_passes ? "" : ", checks fail"));
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  std::ofstream(dir.path() / "state") << "running\n";
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Workbench bench(real_file_system(), database);
    bench.after_passes = after_passes;
    Application application = application_in(dir.path(), false);
    const Hook deadly = shell("kill -9 $PPID; sleep 60");
    (hook == std::string("stop") ? application.stop : application.start) = deadly;
    bench.set_application(application);
    bench.deploy();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  // Stopped or not: what was begun is told.
  demand_told(database, "not known");
  survives(database, 0, false, [](Workbench& bench) { bench.recover(); });
  CHECK(content(database) == (hook == std::string("start") && after_passes ? "new" : "old"));
}

TEST_CASE("killed in a hook, the journal tells what became of the application", "[crash]") {
  kill_in("stop", true);
  kill_in("start", true);
  kill_in("start", false);
}

}  // namespace
}  // namespace baseline::application_crash_test
