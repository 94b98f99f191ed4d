// A crash at every step of the filesystem seam: the process ends before its N-th change to the
// disk, without a destructor running. Whatever was done by then, the live database is the whole old
// or the whole new one, the old data is there, and the next run puts everything in order.
#include "support/crash.hpp"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "os/copy.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::crash_test {
namespace {

namespace fs = std::filesystem;

// How a step fails, in turn.
constexpr int kErrors[] = {EIO, ENOSPC, EDQUOT, EACCES, EINTR};
constexpr std::string_view kForeignWal = "what lies beside an unreadable database belongs to it";

struct Scenario {
  const char* name;
  std::function<void(const fs::path& database)> arrange;
  std::function<void(Workbench& bench)> act;
  /// What the live database may be, at any instant, when the old one was "old".
  std::string old_content = "old";
  std::string new_content = "new";
  /// Run by an ordinary user, who owns the files.
  bool unprivileged = false;
  EngineChoice engine = EngineChoice::automatic;
  /// The database that comes back has a -wal.
  bool has_companion = false;
};

constexpr uid_t kNobody = 65534;
// What a user wrote into the new database before it was found bad, and where that is told.
constexpr const char* kWritten = "424242";
constexpr const char* kWrittenMark = "written";

// A deploy whose new database is used at once, and then fails its checks.
void deploy_written_to(Workbench& bench, BackupChoice backup) {
  const fs::path database = bench.store().location();
  bench.deploy([&](DeployRequest& request) {
    request.backup = backup;
    request.judge = [&](Phase phase, Session&) {
      SuiteReport verdict;
      if (phase == Phase::before) return verdict;
      run_sql(database, std::string("INSERT INTO new_things VALUES (1, ") + kWritten + ")");
      std::ofstream(database.parent_path() / kWrittenMark) << "yes";
      verdict.results.emplace_back(CheckIdentity{});
      verdict.results.back().status = Status::fail;
      return verdict;
    };
  });
}

void deploy_small(const fs::path& database) {
  Workbench bench(real_file_system(), database);
  bench.deploy();
}

void deploy_unsealed(Workbench& bench) {
  bench.deploy([](DeployRequest& request) { request.sealing = Sealing::later; });
}

std::vector<Scenario> all_scenarios() {
  const auto old = [](const fs::path& database) { make_old(database); };
  const auto unreadable = [](const fs::path& database) {
    std::ofstream(database) << "this is no database, but somebody may want it back";
    std::ofstream(database.native() + "-wal") << kForeignWal;
  };
  const auto deployed = [](const fs::path& database) {
    make_old(database);
    deploy_small(database);
  };
  return {
      {"deploy, move", old, [](Workbench& bench) { bench.deploy(); }},
      {"deploy, copy", old,
       [](Workbench& bench) {
         bench.deploy([](DeployRequest& request) { request.backup = BackupChoice::copy; });
       }},
      {"deploy whose checks on the live database fail", old,
       [](Workbench& bench) {
         bench.after_passes = false;
         bench.deploy();
       }},
      {"deploy whose checks on the candidate fail", old,
       [](Workbench& bench) {
         bench.before_passes = false;
         bench.deploy();
       }},
      {"first deploy, nothing there", [](const fs::path&) {},
       [](Workbench& bench) { bench.deploy(); }, "missing"},
      {"first deploy whose checks fail", [](const fs::path&) {},
       [](Workbench& bench) {
         bench.after_passes = false;
         bench.deploy();
       },
       "missing"},
      {"rollback", deployed, [](Workbench& bench) { bench.rollback(); }, "new", "old"},
      {"rollback --move", deployed,
       [](Workbench& bench) {
         bench.rollback([](RollbackRequest& request) { request.move = true; });
       },
       "new", "old"},
      {"deploy over a crashed WAL", [](const fs::path& path) { make_old_with_crashed_wal(path); },
       [](Workbench& bench) { bench.deploy(); }},
      {"deploy over an unreadable database", unreadable,
       [](Workbench& bench) {
         bench.deploy([](DeployRequest& request) { request.as_found = true; });
       },
       "unreadable: file is not a database"},
      {"deploy that fails after users wrote to it", old,
       [](Workbench& bench) { deploy_written_to(bench, BackupChoice::automatic); }},
      {"deploy with a copy that fails after users wrote to it", old,
       [](Workbench& bench) { deploy_written_to(bench, BackupChoice::copy); }},
      {"rollback onto an unreadable backup",
       [](const fs::path& database) {
         std::ofstream(database) << "this is no database, but somebody may want it back";
         Workbench bench(real_file_system(), database);
         bench.deploy([](DeployRequest& request) { request.as_found = true; });
       },
       [](Workbench& bench) { bench.rollback(); }, "new", "unreadable: file is not a database"},
      {"rollback onto an unreadable backup that has a companion",
       [=](const fs::path& database) {
         unreadable(database);
         Workbench bench(real_file_system(), database);
         bench.deploy([](DeployRequest& request) { request.as_found = true; });
       },
       [](Workbench& bench) { bench.rollback(); }, "new", "unreadable: file is not a database",
       false, EngineChoice::automatic, true},
      {"rollback --move onto an unreadable backup that has a companion",
       [=](const fs::path& database) {
         unreadable(database);
         Workbench bench(real_file_system(), database);
         bench.deploy([](DeployRequest& request) { request.as_found = true; });
       },
       [](Workbench& bench) {
         bench.rollback([](RollbackRequest& request) { request.move = true; });
       },
       "new", "unreadable: file is not a database", false, EngineChoice::automatic, true},
      {"rollback --from a file",
       [](const fs::path& database) {
         make_old(database.native() + ".elsewhere");
         run_sql(database, small_migration().sql);
       },
       [](Workbench& bench) {
         bench.rollback([&](RollbackRequest& request) {
           request.from = bench.store().location() + ".elsewhere";
           request.replace_any = true;
         });
       },
       "new", "old"},
      {"deploy by an ordinary user", old, [](Workbench& bench) { bench.deploy(); }, "old", "new",
       true},
      {"rollback by an ordinary user", deployed, [](Workbench& bench) { bench.rollback(); }, "new",
       "old", true},
      {"deploy in place", old, [](Workbench& bench) { bench.deploy(); }, "old", "new", false,
       EngineChoice::in_place},
      {"deploy in place whose checks on the live database fail", old,
       [](Workbench& bench) {
         bench.after_passes = false;
         bench.deploy();
       },
       "old", "new", false, EngineChoice::in_place},
      {"deploy in place over a crashed WAL",
       [](const fs::path& path) { make_old_with_crashed_wal(path); },
       [](Workbench& bench) { bench.deploy(); }, "old", "new", false, EngineChoice::in_place},
      {"rollback in place", deployed, [](Workbench& bench) { bench.rollback(); }, "new", "old",
       false, EngineChoice::in_place},
      {"deploy that seals later", old, deploy_unsealed},
      {"rollback from a backup that is not sealed, which seals later",
       [](const fs::path& database) {
         make_old(database);
         Workbench bench(real_file_system(), database);
         deploy_unsealed(bench);
       },
       [](Workbench& bench) {
         bench.rollback([](RollbackRequest& request) { request.sealing = Sealing::later; });
       },
       "new", "old"},
  };
}

// Whether what a user wrote is in the live database or in a backup.
bool is_written_kept(const fs::path& directory) {
  const TempDir aside;
  for (const std::string& name : files_in(directory)) {
    if (fs::path(name).filename() != "app.db" && name != ".app.db.baseline-candidate") continue;
    const fs::path copy = aside.path() / "copy.db";
    fs::copy_file(directory / name, copy, fs::copy_options::overwrite_existing);
    fs::permissions(copy, fs::perms::owner_all);
    if (content(copy).find(kWritten) != std::string::npos) return true;
  }
  return false;
}

// Whether the rows of the old database are in the live one or in a backup.
bool is_content_kept(const fs::path& directory, const std::string& old_content) {
  const TempDir aside;
  for (const std::string& name : files_in(directory)) {
    if (fs::path(name).filename() != "app.db" && name != ".app.db.baseline-candidate") continue;
    const fs::path copy = aside.path() / "copy.db";
    fs::copy_file(directory / name, copy, fs::copy_options::overwrite_existing);
    fs::permissions(copy, fs::perms::owner_all);
    if (fs::exists(directory / (name + "-wal"))) {
      fs::copy_file(directory / (name + "-wal"), copy.native() + "-wal",
                    fs::copy_options::overwrite_existing);
    }
    if (content(copy) == old_content) return true;
  }
  return false;
}

bool become_nobody() {
  return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

// Whether this machine lets root give files to an ordinary user and become one. A container may
// not.
bool can_be_run(const Scenario& scenario) {
  if (!scenario.unprivileged || ::geteuid() != 0) return true;
  const TempDir dir;
  if (::chown(dir.path().c_str(), kNobody, kNobody) == 0) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(become_nobody() ? 0 : 1);
    int status = 1;
    if (::waitpid(child, &status, 0) == child && status == 0) return true;
  }
  WARN("skipped: " << scenario.name << ": root cannot become an ordinary user here");
  return false;
}

// True when it ran to its end, and not only to before its step `crash_at`.
bool survives(const fs::path& database, int crash_at, const std::function<void(Workbench&)>& act,
              const Scenario& scenario) {
  return ::survives(crash_at, [&](FileSystem& files) {
    if (scenario.unprivileged && ::geteuid() == 0 && !become_nobody()) {
      throw std::runtime_error("cannot become an ordinary user");
    }
    Workbench bench(files, database, {}, scenario.engine);
    act(bench);
  });
}

// Whether some file below the directory has exactly these bytes.
bool is_kept(const fs::path& directory, const std::string& bytes) {
  for (const std::string& name : files_in(directory)) {
    if (bytes_of(directory / name) == bytes) return true;
  }
  return false;
}

struct Place {
  TempDir dir;
  fs::path database = dir.path() / "app.db";
  std::string old_bytes;
  bool has_wal = false;
  bool content_only = false;  ///< the rows come back, but not each byte

  explicit Place(const Scenario& scenario) {
    scenario.arrange(database);
    has_wal = fs::exists(database.native() + "-wal");
    // SQLite brings a crashed writer's WAL in, and copies in place: then the rows are the same.
    content_only =
        (has_wal && scenario.old_content == "old") || scenario.engine == EngineChoice::in_place;
    if (fs::exists(database) && !content_only) old_bytes = bytes_of(database);
    if (scenario.unprivileged && ::geteuid() == 0) {
      give_to_nobody(dir.path());
      for (const auto& entry : fs::recursive_directory_iterator(dir.path())) {
        give_to_nobody(entry.path());
      }
    }
  }

  static void give_to_nobody(const fs::path& path) {
    REQUIRE(::chown(path.c_str(), kNobody, kNobody) == 0);
  }

  void check_whole(const Scenario& scenario) const {
    CHECK((!content_only || is_content_kept(dir.path(), scenario.old_content)));
    CHECK((!has_wal || content_only || is_kept(dir.path(), std::string(kForeignWal))));
    CHECK((!scenario.has_companion || is_kept(dir.path(), std::string(kForeignWal))));
    CHECK((old_bytes.empty() || is_kept(dir.path(), old_bytes)));
    // Looking through SQLite comes last: it may itself bring a WAL in.
    const std::string live = content(database);
    INFO(live);
    CHECK((live == scenario.old_content || live == scenario.new_content ||
           live.find(kWritten) != std::string::npos));
    CHECK((!fs::exists(dir.path() / kWrittenMark) || is_written_kept(dir.path())));
  }

  // After recovery nothing of the run is left but what is meant to be.
  void check_tidy(const Scenario& scenario) const {
    check_whole(scenario);
    // What was kept of an unreadable database beside it is beside it again.
    const fs::path wal = database.native() + "-wal";
    const bool is_back = scenario.has_companion && content(database) == scenario.new_content;
    CHECK((!is_back || bytes_of(wal) == kForeignWal));
    CHECK((!scenario.has_companion || is_back || !fs::exists(wal)));
    for (const std::string& name : files_in(dir.path())) {
      INFO(name);
      CHECK(name.find("baseline-journal") == std::string::npos);
      CHECK(name.find("baseline-candidate") == std::string::npos);
      CHECK(name.find(".partial-") == std::string::npos);
    }
    struct stat owned {};
    // Where there is no database, whoever owns the directory has been at work.
    REQUIRE(::stat((fs::exists(database) ? database : dir.path()).c_str(), &owned) == 0);
    const Catalogue catalogue(real_file_system(), database.native() + ".backups",
                              {owned.st_uid, owned.st_gid});
    for (const CatalogueEntry& entry : catalogue.entries()) {
      INFO(entry.id << ": " << entry.damage);
      REQUIRE(entry.damage.empty());
      CHECK_FALSE(entry.unsealed);
      if (!entry.manifest->restored.empty()) continue;
      const Directory directory = Directory::open(entry.directory);
      CHECK(hash_file(*directory.open_file("app.db", false), nullptr) ==
            entry.manifest->payload.sha256);
    }
  }
};

// Where the run was not one of an ordinary user, its recovery cannot be either.
const Scenario kByWhomEver{"recovery", nullptr, nullptr};

void recover_whole(Workbench& bench) { bench.recover(); }

TEST_CASE("a crash at any step leaves old or new, and recovery puts it in order", "[crash]") {
  for (const Scenario& scenario : all_scenarios()) {
    if (!can_be_run(scenario)) continue;
    bool survived = false;
    int steps = 0;
    for (int step = 1; !survived; ++step) {
      INFO(scenario.name << ", crash before step " << step);
      const Place place(scenario);
      survived = survives(place.database, step, scenario.act, scenario);
      place.check_whole(scenario);
      survives(place.database, 0, recover_whole, scenario);
      place.check_tidy(scenario);
      // The next deploy goes through, whatever was left.
      const auto deploy_anyway = [](Workbench& bench) {
        bench.deploy([](DeployRequest& request) {
          request.as_found = true;
          request.again = true;
        });
      };
      survives(place.database, 0, deploy_anyway, scenario);
      CHECK(content(place.database) == "new");
      place.check_tidy(scenario);
      steps = step;
    }
    INFO(scenario.name);
    CHECK(steps > 10);
  }
}

// All pairs take minutes: scripts/crash --all tries them. Otherwise it is every second one, and
// under the sanitizers in CI every fifth, so that each step of the run, and each of the recovery,
// has its turn.
bool is_tried(int step, int second) {
  static const int one_of = [] {
    const char* const said = std::getenv("BASELINE_CRASH_PAIRS");
    return said == nullptr ? 2 : std::max(1, std::atoi(said));
  }();
  return (step + second) % one_of == 0;
}

void crash_twice(const Scenario& scenario) {
  bool survived = !can_be_run(scenario);
  for (int step = 1; !survived; ++step) {
    bool recovered = false;
    for (int second = 1; !recovered; ++second) {
      if (!is_tried(step, second)) continue;
      INFO(scenario.name << ", crash before step " << step << ", then before step " << second
                         << " of the recovery");
      const Place place(scenario);
      survived = survives(place.database, step, scenario.act, scenario);
      if (survived) break;
      recovered = survives(place.database, second, recover_whole, scenario);
      place.check_whole(scenario);
      survives(place.database, 0, recover_whole, scenario);
      place.check_tidy(scenario);
    }
  }
}

// One test a group, so that they run side by side.
TEST_CASE("a crash in the recovery of a crash is harmless: deploy", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 0; i < 2; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: failing deploy", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 2; i < 4; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: first deploy", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 4; i < 6; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: rollback", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 6; i < 8; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: odd databases", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 8; i < 10; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: written to", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 10; i < 12; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: unreadable", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 12; i < 15; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: from a file, ordinary user", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 15; i < 18; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: in place", "[crash]") {
  const auto all = all_scenarios();
  for (std::size_t i = 18; i < 22; ++i) crash_twice(all[i]);
}
TEST_CASE("a crash in the recovery of a crash is harmless: sealed later", "[crash]") {
  crash_twice(all_scenarios()[22]);
}

// The copy was whole when the run was cut off. Whatever became of it since, the old database beside
// the new one is not removed on its word.
TEST_CASE("recovery does not let the old database go for a damaged copy", "[crash]") {
  const Scenario scenario = all_scenarios()[1];
  int tried = 0;
  bool survived = false;
  for (int step = 1; !survived; ++step) {
    const Place place(scenario);
    survived = survives(place.database, step, scenario.act, scenario);
    const fs::path candidate = place.dir.path() / ".app.db.baseline-candidate";
    if (survived || content(place.database) != "new" || !fs::exists(candidate)) continue;
    INFO("crash before step " << step);
    Workbench bench(real_file_system(), place.database);
    fs::remove(bench.catalogue().entries().front().directory / "app.db");
    try {
      bench.recover();
      FAIL("it was recovered");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::needs_person);
    }
    CHECK(content(candidate) == "old");
    ++tried;
  }
  CHECK(tried > 0);
}

TEST_CASE("a change that fails once leaves old or new, and the next run goes through", "[crash]") {
  for (const Scenario& scenario : all_scenarios()) {
    if (!can_be_run(scenario)) continue;
    bool survived = false;
    for (int fail_at = 1; !survived; ++fail_at) {
      INFO(scenario.name << ", step " << fail_at << " fails");
      const Place place(scenario);
      int step = 0;
      HookedFileSystem files([&](const std::string& operation, const std::string& path) {
        if (++step != fail_at) return;
        errno = kErrors[fail_at % std::ssize(kErrors)];
        throw_errno(operation, path);
      });
      try {
        Workbench bench(files, place.database, {}, scenario.engine);
        scenario.act(bench);
      } catch (const Error& error) {
        CHECK((error.code() == ErrorCode::io || error.code() == ErrorCode::refused ||
               error.code() == ErrorCode::needs_person));
        if (error.code() != ErrorCode::needs_person) {
          // The exit code says that the old database is live.
          CHECK(content(place.database) == scenario.old_content);
        }
      }
      survived = step < fail_at;
      place.check_whole(scenario);
      survives(place.database, 0, recover_whole, kByWhomEver);
      place.check_tidy(scenario);
    }
  }
}

TEST_CASE("a disk that fails from one step on loses nothing", "[crash]") {
  for (const Scenario& scenario : all_scenarios()) {
    if (!can_be_run(scenario)) continue;
    bool survived = false;
    for (int fail_from = 1; !survived; ++fail_from) {
      INFO(scenario.name << ", all fails from step " << fail_from);
      const Place place(scenario);
      int step = 0;
      HookedFileSystem files([&](const std::string& operation, const std::string& path) {
        if (++step < fail_from) return;
        errno = kErrors[fail_from % std::ssize(kErrors)];
        throw_errno(operation, path);
      });
      try {
        Workbench bench(files, place.database, {}, scenario.engine);
        scenario.act(bench);
      } catch (const Error&) {
      }
      survived = step < fail_from;
      place.check_whole(scenario);
      survives(place.database, 0, recover_whole, kByWhomEver);
      place.check_tidy(scenario);
    }
  }
}

}  // namespace
}  // namespace baseline::crash_test
