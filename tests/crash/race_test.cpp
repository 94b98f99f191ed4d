// Somebody who comes in between: before each change to the disk another process makes the database,
// or opens it. Nothing of his is lost unseen (docs/ARCHITECTURE.md, "What can go wrong").
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::race_test {
namespace {

namespace fs = std::filesystem;

std::optional<ino_t> inode_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return status.st_ino;
}

/// Another process that opens a file to write it, as SQLite does. It does not wait for a lease to
/// end, as SQLite would; to the kernel it has come all the same.
class Visitor {
 public:
  enum class Came { inside, waits, not_at_all };

  explicit Visitor(const fs::path& file) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      const int fd = ::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
      const Came came = fd >= 0                ? Came::inside
                        : errno == EWOULDBLOCK ? Came::waits
                                               : Came::not_at_all;
      const ssize_t told = ::write(ends[1], &came, sizeof came);
      if (told != ssize_t{sizeof came}) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    REQUIRE(::read(ends[0], &came_, sizeof came_) == ssize_t{sizeof came_});
    ::close(ends[0]);
  }
  ~Visitor() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  Came came() const { return came_; }

 private:
  pid_t child_ = 0;
  Came came_ = Came::not_at_all;
};

/// How a deploy ended in which somebody opened the old database before the change `step`.
struct Visit {
  bool happened = false;     ///< the run got as far
  bool judged = false;       ///< the new database was judged where it is live
  bool came_before = false;  ///< he came before that
  std::string operation;     ///< the change that came next
  std::string error;         ///< empty: the run succeeded
  std::string live;          ///< the content of the database
  bool old_is_live = false;
  bool old_is_backup = false;  ///< the file that he has open was sealed
};

Visit visited(int step) {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::optional<ino_t> old = inode_of(database);
  Visit visit;
  std::optional<Visitor> visitor;
  int count = 0;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (++count != step) return;
    visit.operation = operation;
    visit.came_before = !visit.judged;
    // The old database has its own name first, and the candidate's after the exchange.
    for (const char* name : {"app.db", ".app.db.baseline-candidate"}) {
      if (inode_of(dir.path() / name) == old) visitor.emplace(dir.path() / name);
    }
    visit.happened = visitor && visitor->came() != Visitor::Came::not_at_all;
  });
  Workbench bench(files, database);
  try {
    bench.deploy([&](DeployRequest& request) {
      request.judge = [&](Phase phase, Session&) {
        visit.judged = visit.judged || phase == Phase::after;
        return SuiteReport();
      };
    });
  } catch (const Error& error) {
    visit.error = error.what();
  }
  visitor.reset();
  visit.live = content(database);
  visit.old_is_live = inode_of(database) == old;
  for (const CatalogueEntry& entry : bench.catalogue().entries()) {
    if (inode_of(entry.directory / "app.db") == old) visit.old_is_backup = true;
  }
  return visit;
}

TEST_CASE("who opens the old database at any step of a deploy is not left behind", "[race]") {
  int refused = 0;
  int copied = 0;
  for (int step = 1;; ++step) {
    const Visit visit = visited(step);
    if (visit.operation.empty()) break;
    INFO("before step " << step << " (" << visit.operation << "): " << visit.error << ", "
                        << visit.live);
    if (!visit.happened) {
      CHECK((visit.error.empty() && visit.live == "new"));
      continue;
    }
    if (!visit.error.empty()) {
      ++refused;
      CHECK((visit.live == "old" && visit.old_is_live));
      continue;
    }
    // He came too late to stop it, by a name that no application knows. What he writes must not
    // spoil the backup: it is a copy then. Only between the last look and the move itself, the
    // next thing that is done, he finds the backup.
    CHECK((visit.live == "new" && !visit.came_before));
    if (visit.operation == "rename-new") continue;
    ++copied;
    CHECK_FALSE(visit.old_is_backup);
  }
  CHECK(refused > 5);
  CHECK(copied > 0);
}

TEST_CASE("who comes between the last look and the exchange is noticed before any check",
          "[race]") {
  bool exchanged = false;
  for (int step = 1;; ++step) {
    const Visit visit = visited(step);
    if (visit.operation.empty()) break;
    if (visit.operation != "exchange" || exchanged) continue;
    exchanged = true;  // the first; the second takes it back
    CHECK(visit.happened);
    CHECK_THAT(visit.error, ContainsSubstring("a process opened"));
    CHECK((visit.live == "old" && visit.old_is_live));
    CHECK_FALSE(visit.judged);
  }
  CHECK(exchanged);
}

// What writes to the new database, which it opened while that was live, a moment later.
volatile std::sig_atomic_t writer = -1;  // a descriptor

void write_late(int) {
  const ssize_t done = ::pwrite(writer, "a row", 5, 1 << 20);
  if (done == 5) ::close(writer);
  writer = -1;
}

// How many backups hold what was written late.
std::size_t kept_late(Workbench& bench) {
  return static_cast<std::size_t>(
      std::ranges::count_if(bench.catalogue().entries(), [](const CatalogueEntry& entry) {
        return bytes_of(entry.directory / "app.db").ends_with("a row");
      }));
}

TEST_CASE("who opens the new database in the moment before it is taken back is waited for",
          "[race]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  std::optional<Visitor> visitor;
  int exchanges = 0;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation != "exchange") return;
    ++exchanges;
    if (exchanges == 1) visitor.emplace(database);  // why it is taken back
    if (exchanges == 2) writer = ::open(database.c_str(), O_RDWR | O_CLOEXEC);
  });
  Workbench bench(files, database);
  struct sigaction late {};
  struct sigaction before {};
  late.sa_handler = write_late;
  REQUIRE(::sigaction(SIGALRM, &late, &before) == 0);
  bench.observer.on_finished = [](Step step) {
    const itimerval soon{{}, {0, 200'000}};
    if (step == Step::swap) ::setitimer(ITIMER_REAL, &soon, nullptr);
  };
  std::string told;
  try {
    bench.deploy();
  } catch (const Error& error) {
    told = error.notes().empty() ? "" : error.notes().front();
  }
  ::sigaction(SIGALRM, &before, nullptr);
  CHECK(exchanges == 2);
  CHECK(writer == -1);
  visitor.reset();
  CHECK(content(database) == "old");
  CHECK(kept_late(bench) == 1);
  CHECK_THAT(told, ContainsSubstring("somebody wrote to it: it is kept as the backup"));
}

TEST_CASE("a new database that somebody keeps open is not removed", "[race]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  std::optional<Visitor> first;
  std::optional<Visitor> stays;
  int exchanges = 0;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation != "exchange") return;
    ++exchanges;
    if (exchanges == 1) first.emplace(database);
    if (exchanges == 2) stays.emplace(database);
  });
  Workbench bench(files, database);
  CHECK_THROWS_AS(bench.deploy(), Error);
  CHECK(stays->came() == Visitor::Came::inside);
  CHECK(content(database) == "old");
  CHECK(fs::exists(dir.path() / ".app.db.baseline-candidate"));
  CHECK_THROWS_AS(bench.recover(), Error);
  CHECK(fs::exists(dir.path() / ".app.db.baseline-candidate"));
  first.reset();
  stays.reset();
  bench.recover();
  CHECK_FALSE(fs::exists(dir.path() / ".app.db.baseline-candidate"));
  CHECK(content(database) == "old");
}

TEST_CASE("who comes for the new database while it is swapped back gets it live", "[race]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  make_old(database);
  const std::optional<ino_t> old = inode_of(database);
  int exchanges = 0;
  bool came = false;
  HookedFileSystem files([&](const std::string& operation, const std::string&) {
    if (operation != "exchange" || ++exchanges != 2) return;
    const Visitor visitor(database);
    came = visitor.came() == Visitor::Came::waits;
  });
  Workbench bench(files, database);
  bench.after_passes = false;
  const ReplaceReport report = bench.deploy();
  CHECK(report.outcome == Outcome::checks_failed);
  CHECK(came);
  CHECK(exchanges == 4);  // there, back, there for him, back
  CHECK(inode_of(database) == old);
}

TEST_CASE("in place, who opens the database before the window is not written over", "[race]") {
  bool came_after_all_looks = false;  // but that at the beginning of the window
  for (int step = 1;; ++step) {
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    make_old(database);
    std::optional<Visitor> visitor;
    bool built = false;  // the new one, which was judged
    bool ended = true;
    int count = 0;
    HookedFileSystem files([&](const std::string&, const std::string&) {
      if (++count != step) return;
      ended = false;
      visitor.emplace(database);
    });
    Workbench bench(files, database, {}, EngineChoice::in_place);
    bool refused = false;
    bool in_window = false;
    try {
      bench.deploy([&](DeployRequest& request) {
        request.backup = BackupChoice::copy;
        request.judge = [&](Phase phase, Session&) {
          (phase == Phase::before ? built : in_window) = true;
          return SuiteReport();
        };
      });
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::in_use;
    }
    if (ended) break;
    INFO("before change " << step);
    CHECK((refused || in_window));
    CHECK(content(database) == (refused ? "old" : "new"));
    came_after_all_looks = came_after_all_looks || (refused && built);
  }
  CHECK(came_after_all_looks);
}

TEST_CASE("a database that somebody makes during a first deploy stays", "[race]") {
  const TempDir dir;
  const fs::path database = dir.path() / "app.db";
  bool made = false;
  HookedFileSystem files([&](const std::string& operation, const std::string& path) {
    if (made || !operation.starts_with("rename") || path != database.native()) return;
    make_old(database);
    made = true;
  });
  Workbench bench(files, database);
  CHECK_THROWS_AS(bench.deploy(), Error);
  CHECK(made);
  CHECK(content(database) == "old");
}

TEST_CASE("a -wal that somebody leaves during a first deploy is not left beside the new database",
          "[race]") {
  for (const char* const moment : {"write", "rename-new"}) {  // long before, and just before
    INFO(moment);
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    const fs::path wal = dir.path() / "app.db-wal";
    bool made = false;
    HookedFileSystem files([&](const std::string& operation, const std::string&) {
      if (made || operation != moment) return;
      std::ofstream(wal) << "somebody's";
      made = true;
    });
    Workbench bench(files, database);
    CHECK_THROWS_AS(bench.deploy(), Error);
    CHECK(made);
    CHECK_FALSE(fs::exists(database));
    CHECK(bytes_of(wal) == "somebody's");
  }
}

TEST_CASE("a file that somebody makes under the candidate's name is his", "[race]") {
  for (const EngineChoice engine : {EngineChoice::swap, EngineChoice::in_place}) {
    const TempDir dir;
    const fs::path database = dir.path() / "app.db";
    const fs::path his = dir.path() / ".app.db.baseline-candidate";
    make_old(database);
    bool made = false;
    HookedFileSystem files([&](const std::string& operation, const std::string& path) {
      if (operation != "create" || path != his.native()) return;
      std::ofstream(his) << "somebody's database";
      made = true;
    });
    Workbench bench(files, database, {}, engine);
    CHECK_THROWS_AS(
        bench.deploy([](DeployRequest& request) { request.backup = BackupChoice::copy; }), Error);
    CHECK(made);
    CHECK(bytes_of(his) == "somebody's database");
    CHECK(content(database) == "old");
  }
}

}  // namespace
}  // namespace baseline::race_test
