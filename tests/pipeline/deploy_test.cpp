#include "pipeline/deploy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::deploy_test {
namespace {

namespace fs = std::filesystem;

// The names of the changes to the disk, in order. Work on the lock file, and attributes, which
// depend on the machine, are left out.
std::string trace(const std::function<void(Workbench&)>& run, const fs::path& database) {
  std::string steps;
  HookedFileSystem files([&](const std::string& operation, const std::string& path) {
    if (path.find("baseline-lock") != std::string::npos) return;
    if (operation.rfind("set-", 0) == 0) return;
    steps += (steps.empty() ? "" : " ") + operation;
  });
  Workbench bench(files, database);
  run(bench);
  return steps;
}

TEST_CASE("a deploy changes the disk in exactly this order", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  // The order is what the promises rest on (docs/ARCHITECTURE.md, "Every fsync and why").
  CHECK(trace([](Workbench& bench) { bench.deploy(); }, database) ==
        "create write sync rename "    // the intent
        "create sync-dir "             // and the candidate's name
        "open write sync "             // the candidate, whole
        "open write sync "             // the announcement
        "exchange sync-dir "           // the new database is live
        "open write "                  // and the gate of `run` open
        "make-dir sync-dir make-dir "  // the catalogue and the entry
        "rename-new sync "             // the old database, hashed, into the entry
        "unlink create write sync unlink create write sync sync-dir "  // manifest, checksums
        "rename-new sync-dir "       // the entry under its final name
        "open write sync sync-dir "  // the history, a new file
        "sync-dir unlink");          // the end of the run
}

TEST_CASE("the gate is open as soon as the window has ended, and not before", "[deploy][gate]") {
  for (const bool good : {true, false}) {
    CAPTURE(good);
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    make_old(database);
    Workbench* at = nullptr;
    std::string open_at;
    HookedFileSystem files([&](const std::string& operation, const std::string&) {
      const auto admission = at->store().admission();
      if (admission) open_at += operation + (admission->replaced ? " new " : " old ");
    });
    Workbench bench(files, database);
    at = &bench;
    bench.after_passes = good;
    bench.deploy();
    CHECK_FALSE(bench.store().admission());
    INFO(open_at);
    CHECK(open_at.find(good ? "make-dir new " : "unlink old ") == 0);
  }
}

TEST_CASE("what a killed writer left in the log is brought in before the window", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old_with_crashed_wal(database);
  REQUIRE(fs::file_size(database.native() + "-wal") > 0);
  const RecordingObserver* observer = nullptr;
  std::vector<Step> begun;  // when the log is gone for good
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    const bool gone = !fs::exists(database.native() + "-wal");
    if (operation == "sync-dir" && gone && begun.empty()) begun = observer->steps;
  });
  Workbench bench(files, database);
  observer = &bench.observer;
  bench.deploy();
  REQUIRE_FALSE(begun.empty());
  CHECK(begun.back() == Step::check_candidate);
  CHECK(content(database) == "new");
  // The bytes of the log went into the backup.
  const CatalogueEntry backup = bench.catalogue().entries().at(0);
  CHECK(content(backup.directory / "app.db") == "old");
}

TEST_CASE("with --backup copy the copy is complete before the swap", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string steps = trace(
      [](Workbench& bench) {
        bench.deploy([](DeployRequest& request) { request.backup = BackupChoice::copy; });
      },
      database);
  const std::size_t filed = steps.find("rename-new sync-dir");
  const std::size_t swapped = steps.find("exchange");
  REQUIRE(filed != std::string::npos);
  REQUIRE(swapped != std::string::npos);
  CHECK(filed < swapped);
}

TEST_CASE("deploy keeps the old database bit for bit", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  for (const BackupChoice choice : {BackupChoice::automatic, BackupChoice::copy}) {
    const TempDir place;
    const fs::path copy = place.path() / "app.db";
    fs::copy_file(database, copy);
    Workbench bench(real_file_system(), copy);
    const ReplaceReport report =
        bench.deploy([&](DeployRequest& request) { request.backup = choice; });
    CHECK(report.outcome == Outcome::done);
    CHECK(content(copy) == "new");
    REQUIRE(report.backup);
    CHECK(bytes_of(report.backup->directory / "app.db") == before);
    CHECK(report.backup->manifest.payload.moved == (choice == BackupChoice::automatic));
    CHECK(report.backup->manifest.revision == "old1");
    CHECK(files_in(place.path()).size() ==
          6);  // database, lock, history and the three of the entry
  }
}

TEST_CASE("a second deploy does nothing, and --again replaces all the same", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  Workbench bench(real_file_system(), database);
  CHECK(bench.deploy().outcome == Outcome::done);
  run_sql(database, "INSERT INTO new_things VALUES (1, 2)");
  const std::string before = bytes_of(database);
  CHECK(bench.deploy().outcome == Outcome::nothing_to_do);
  CHECK(bytes_of(database) == before);
  const ReplaceReport again = bench.deploy([](DeployRequest& request) { request.again = true; });
  CHECK(again.outcome == Outcome::done);
  CHECK(content(database) == "new");
  REQUIRE(again.backup);
  CHECK(bytes_of(again.backup->directory / "app.db") == before);
}

TEST_CASE("a plan looks again when a run has ended since it looked", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  Workbench bench(real_file_system(), database);
  Workbench other(real_file_system(), database);
  int looks = 0;
  bench.observer.on_finished = [&](Step step) {
    if (step == Step::look && ++looks == 1) CHECK(other.deploy().outcome == Outcome::done);
  };
  // What it saw, with what the history tells by now, would be: deployed, and put back by hand.
  const ReplaceReport plan = bench.deploy([](DeployRequest& request) { request.dry_run = true; });
  CHECK(plan.outcome == Outcome::nothing_to_do);
  CHECK(looks == 2);
}

TEST_CASE("a database that bears the stamp but has drifted is not wiped unasked", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  Workbench bench(real_file_system(), database);
  bench.deploy();
  run_sql(database, "CREATE INDEX by_size ON new_things (size)");
  const std::string before = bytes_of(database);
  try {
    bench.deploy();
    FAIL("it was replaced");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK_THAT(error.what(),
               ContainsSubstring(" put baseline new1 at " + database.native() +
                                 " already, and what is live has changed since, or was restored by "
                                 "hand (1 difference, the first: index by_size)"));
  }
  CHECK(bytes_of(database) == before);
}

TEST_CASE("a candidate that fails its checks costs nothing", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  const auto written = fs::last_write_time(database);
  Workbench bench(real_file_system(), database);
  bench.before_passes = false;
  const ReplaceReport report = bench.deploy();
  CHECK(report.outcome == Outcome::checks_failed);
  CHECK_FALSE(report.swapped_back);
  CHECK(bytes_of(database) == before);
  CHECK(fs::last_write_time(database) == written);
  CHECK(files_in(dir.path()) == std::vector<std::string>{".app.db.baseline-lock", "app.db"});
}

TEST_CASE("a live database that fails its checks is swapped back", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  for (const BackupChoice choice : {BackupChoice::automatic, BackupChoice::copy}) {
    Workbench bench(real_file_system(), database);
    bench.after_passes = false;
    const ReplaceReport report =
        bench.deploy([&](DeployRequest& request) { request.backup = choice; });
    CHECK(report.outcome == Outcome::checks_failed);
    CHECK(report.swapped_back);
    CHECK_FALSE(report.failed_backup);
    CHECK(bytes_of(database) == before);
    CHECK(bench.catalogue().entries().empty());
    CHECK_FALSE(bench.store().interruption());
  }
}

TEST_CASE("a new database that was written to before it failed is kept", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  Workbench bench(real_file_system(), database);
  const ReplaceReport report = bench.deploy([&](DeployRequest& request) {
    request.judge = [&](Phase phase, Session&) {
      SuiteReport verdict;
      if (phase == Phase::before) return verdict;
      // The application came up by itself and wrote.
      run_sql(database, "INSERT INTO new_things VALUES (1, 2)");
      verdict.results.emplace_back(CheckIdentity{});
      verdict.results.back().status = Status::fail;
      return verdict;
    };
  });
  CHECK(report.swapped_back);
  CHECK(content(database) == "old");
  REQUIRE(report.failed_backup);
  CHECK(report.failed_backup->manifest.reason == "failed-deploy");
  fs::permissions(report.failed_backup->directory / "app.db", fs::perms::owner_all);
  CHECK_THAT(content(report.failed_backup->directory / "app.db"), ContainsSubstring("1,2,"));
}

TEST_CASE("with --on-failure keep a failed check leaves the new database", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  Workbench bench(real_file_system(), database);
  bench.after_passes = false;
  const ReplaceReport report =
      bench.deploy([](DeployRequest& request) { request.keep_on_failure = true; });
  CHECK(report.outcome == Outcome::checks_failed);
  CHECK(report.kept_despite_failure);
  CHECK(content(database) == "new");
  CHECK(report.backup);
}

TEST_CASE("a judge that cannot judge brings the old database back", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  Workbench bench(real_file_system(), database);
  const std::function<void()> reasons[] = {
      [] { throw Error(ErrorCode::io, "the disk is gone"); },
      [] { throw std::runtime_error("nobody has thought of this"); },
      [] { throw std::bad_alloc(); },
      [] { throw std::system_error(EAGAIN, std::generic_category()); },
  };
  for (const auto& fail : reasons) {
    CHECK_THROWS_AS(bench.deploy([&](DeployRequest& request) {
      request.judge = [&](Phase phase, Session&) -> SuiteReport {
        if (phase == Phase::after) fail();
        return {};
      };
    }),
                    Error);
    CHECK(content(database) == "old");
    CHECK_FALSE(bench.store().interruption());
  }
}

TEST_CASE("a surprise before the exchange is undone at once", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  for (const char* const step : {"exchange", "create", "sync-dir"}) {
    INFO(step);
    bool failed = false;
    HookedFileSystem files([&](const std::string& operation, const std::string& path) {
      const bool now = operation == step && path.find("lock") == std::string::npos;
      if (now && !std::exchange(failed, true)) throw std::bad_alloc();
    });
    Workbench bench(files, database);
    CHECK_THROWS_AS(bench.deploy(), Error);
    CHECK(failed);
    CHECK(bytes_of(database) == before);
    CHECK_FALSE(bench.store().interruption());
    CHECK(bench.store().leftovers().empty());
  }
}

TEST_CASE("what is told of the steps changes nothing in what is done", "[deploy]") {
  class Forgetful final : public Observer {
   public:
    void step_started(Step) override { throw std::bad_alloc(); }
    void step_finished(Step, std::chrono::nanoseconds, bool) override { throw std::bad_alloc(); }
    void progress(Step, std::uint64_t, std::uint64_t) override {}
    void note(std::string_view) override {}
    void warning(std::string_view) override {}
  } observer;
  for (const Step step : {Step::swap, Step::check_live, Step::swap_back}) {
    CHECK_NOTHROW(StepScope(observer, step));
  }
}

TEST_CASE("only what was built goes live, whatever has got its name", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  const fs::path candidate = dir.path() / ".app.db.baseline-candidate";
  make_old(database);
  const std::string before = bytes_of(database);
  for (const char* const step : {"exchange", "sync"}) {  // in the last moment; while it is built
    INFO(step);
    bool replaced = false;
    HookedFileSystem files([&](const std::string& operation, const std::string&) {
      if (operation != step || !fs::exists(candidate) || std::exchange(replaced, true)) return;
      fs::remove(candidate);
      std::ofstream(candidate) << "of another program";
    });
    Workbench bench(files, database);
    try {
      bench.deploy();
      FAIL("it went through");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::in_use);
      CHECK_THAT(error.what(), ContainsSubstring("was replaced by another file"));
    }
    CHECK(bytes_of(database) == before);
    CHECK(bytes_of(candidate) == "of another program");
    CHECK(bench.catalogue().entries().empty());
    CHECK_FALSE(bench.store().interruption());
    fs::remove(candidate);
  }
}

TEST_CASE("a process that opens the old database just before the exchange is noticed", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  // A non-blocking open breaks the lease, as a waiting one would.
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation != "exchange") return;
    const int fd = ::open(database.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) ::close(fd);
  });
  Workbench bench(files, database);
  try {
    bench.deploy();
    FAIL("it went through");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::in_use);
    CHECK_THAT(error.what(), ContainsSubstring("the old database is in place"));
  }
  CHECK(bytes_of(database) == before);
  CHECK(bench.catalogue().entries().empty());
}

TEST_CASE("the new file gets the old one's owner, mode and attributes", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  REQUIRE(::chmod(database.c_str(), 0640) == 0);
  Workbench bench(real_file_system(), database);
  bench.deploy();
  struct stat status {};
  REQUIRE(::stat(database.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("ENOSPC after the swap is a warning; the next run files the backup", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  bool swapped = false;
  HookedFileSystem files([&](const std::string& operation, const std::string& path) {
    if (operation == "exchange") swapped = true;
    if (swapped && operation == "make-dir") {
      errno = ENOSPC;
      throw_errno("make the directory", path);
    }
  });
  {
    Workbench bench(files, database);
    const ReplaceReport report = bench.deploy();
    CHECK(report.outcome == Outcome::done);
    REQUIRE(report.warnings.size() == 1);
    CHECK_THAT(report.warnings.front(), ContainsSubstring("No space left on device"));
  }
  CHECK(content(database) == "new");
  Workbench bench(real_file_system(), database);
  REQUIRE(bench.store().interruption());
  const auto recovered = bench.recover();
  REQUIRE(recovered);
  CHECK(recovered->finished);
  REQUIRE(bench.catalogue().entries().size() == 1);
  CHECK(bench.catalogue().entries().front().usable());
}

TEST_CASE("a stray candidate is somebody's data: refused, and left alone", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  make_old(dir.path() / ".app.db.baseline-candidate");
  Workbench bench(real_file_system(), database);
  try {
    bench.deploy();
    FAIL("it was deployed");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::needs_person);
  }
  CHECK(content(dir.path() / ".app.db.baseline-candidate") == "old");
  CHECK(content(database) == "old");
}

TEST_CASE("two databases may share a catalogue, even at the same instant", "[deploy]") {
  const TempDir dir;
  fs::create_directories(dir.path() / "one");
  fs::create_directories(dir.path() / "two");
  const fs::path shared = dir.path() / "backups";
  make_old(dir.path() / "one/app.db");
  make_old(dir.path() / "two/app.db");
  run_sql(dir.path() / "two/app.db", "INSERT INTO old_things VALUES (999, 'of two')");
  const std::string of_one = bytes_of(dir.path() / "one/app.db");
  const std::string of_two = bytes_of(dir.path() / "two/app.db");

  // The second run happens whole while the first is about to exchange.
  bool nested = false;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation != "exchange" || nested) return;
    nested = true;
    Workbench two(real_file_system(), dir.path() / "two/app.db", shared);
    two.deploy();
  });
  Workbench one(files, dir.path() / "one/app.db", shared);
  one.deploy();

  std::vector<std::string> kept;
  for (const CatalogueEntry& entry : one.catalogue().entries()) {
    REQUIRE(entry.usable());
    kept.push_back(bytes_of(entry.directory / "app.db"));
  }
  CHECK(kept == std::vector<std::string>{of_two, of_one});
  CHECK(one.rollback().outcome == Outcome::done);
  CHECK(bytes_of(dir.path() / "one/app.db") == of_one);
}

TEST_CASE("a swap that the disk does not take needs a person, and is not undone", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  bool exchanged = false;
  HookedFileSystem files([&](const std::string& operation, const std::string& path) {
    if (exchanged) {
      errno = EIO;
      throw_errno(operation, path);
    }
    exchanged = operation == "exchange";
  });
  Workbench bench(files, database);
  try {
    bench.deploy();
    FAIL("it went through");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::needs_person);
    CHECK_THAT(error.what(), ContainsSubstring(".app.db.baseline-candidate"));
  }
  // Both are there, and the journal tells.
  CHECK(content(database) == "new");
  CHECK(content(dir.path() / ".app.db.baseline-candidate") == "old");
  CHECK(bench.store().interruption());
}

TEST_CASE("runs within one second are told apart", "[deploy]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::string before = bytes_of(database);
  // The clock of a Workbench stands still.
  Workbench bench(real_file_system(), database);
  bench.deploy();
  const std::string deployed = bytes_of(database);
  bench.rollback();
  CHECK(bytes_of(database) == before);
  bench.deploy();
  CHECK(bytes_of(database) == deployed);
  CHECK(bench.catalogue().entries().size() == 3);
  CHECK(read_history(bench.catalogue()).lines.size() == 3);
}

}  // namespace
}  // namespace baseline::deploy_test
