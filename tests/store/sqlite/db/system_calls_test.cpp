#include "store/sqlite/db/system_calls.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "os/file.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/swap/target.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite::system_calls_test {
namespace {

namespace fs = std::filesystem;

std::int64_t rows_of_t(SQLite::Database database) {
  return database.execAndGet("SELECT count(*) FROM t").getInt64();
}

TEST_CASE("a FIFO beside a database is not opened", "[system calls]") {
  const TempDir dir;
  const fs::path path = dir.path() / "app.db";
  for (const std::string suffix : {"-journal", "-wal"}) {
    fs::remove(path);
    run_sql(path, suffix == "-wal" ? "PRAGMA journal_mode = WAL; CREATE TABLE t (a)"
                                   : "CREATE TABLE t (a)");
    const fs::path fifo = path.native() + suffix;
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    // With its other side open nobody waits at it, who does not refuse it either.
    const File other_side(::open(fifo.c_str(), O_RDWR | O_CLOEXEC), fifo);
    INFO(suffix);
    try {
      rows_of_t(open_reading(path));
      FAIL("it was read");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::refused);
    }
    fs::remove(fifo);
  }
}

TEST_CASE("nobody waits at a FIFO", "[system calls]") {
  const TempDir dir;
  const fs::path fifo = dir.path() / "app.db-journal";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends it, should it wait
    ::_exit(open_regular(fifo.c_str(), O_RDONLY, 0) < 0 && errno == ENXIO ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("what is no regular file is no database", "[system calls]") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  fs::create_directory(dir.path() / "directory");
  for (const char* name : {"fifo", "directory"}) {
    CHECK_THROWS_WITH(
        open_reading(dir.path() / name),
        "SQLite cannot read " + (dir.path() / name).native() + ": not a regular file");
  }
}

TEST_CASE("SQLite removes only what belongs to a database", "[system calls]") {
  const TempDir dir;
  const fs::path path = dir.path() / "app.db";
  run_sql(path, "CREATE TABLE t (a)");
  rows_of_t(open_writing(path, Purpose::copy));
  rows_of_t(open_reading(dir.path() / "app.db"));
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  const auto removes = [&](const fs::path& file) {
    std::ofstream(file) << "precious";
    const int code = vfs->xDelete(vfs, file.c_str(), 0);
    CHECK((code == SQLITE_OK) == !fs::exists(file));
    return code == SQLITE_OK;
  };
  // As pager_delsuper() does it for the name that it finds in a journal.
  CHECK(!removes(dir.path() / "precious.txt"));
  CHECK(!removes(dir.path() / "other.db"));
  CHECK(!removes(dir.path() / "other.db-journal"));
  fs::create_directory(dir.path() / "elsewhere");
  CHECK(!removes(dir.path() / "elsewhere/app.db-journal"));
  CHECK(!removes(dir.path() / "elsewhere/app.db-mj0123456A9"));
  CHECK(!removes(dir.path() / "app.db"));
  CHECK(removes(dir.path() / "app.db-journal"));
  CHECK(removes(dir.path() / "app.db-wal"));
  CHECK(removes(dir.path() / "other.db-mj0123456A9"));
}

TEST_CASE("a directory that is held is the same one whatever has its name", "[system calls]") {
  const TempDir dir;
  fs::create_directory(dir.path() / "data");
  run_sql(dir.path() / "data/app.db", "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  run_sql(dir.path() / "impostor.db", "CREATE TABLE t (a)");
  const Target target = resolve(dir.path() / "data/app.db");
  fs::rename(dir.path() / "data", dir.path() / "moved");
  fs::create_directory(dir.path() / "data");
  fs::copy_file(dir.path() / "impostor.db", dir.path() / "data/app.db");
  std::ofstream(dir.path() / "data/app.db-journal") << "impostor";
  {
    SQLite::Database database = open_writing(target.resolved, Purpose::copy);
    database.exec("INSERT INTO t VALUES (2)");
  }
  CHECK(rows_of_t(open_unchanging(dir.path() / "moved/app.db")) == 2);
  CHECK(bytes_of(dir.path() / "data/app.db-journal") == "impostor");
}

// Another run in its window: it has a lease on the file, and gives it back when it is asked to.
pid_t leaseholder(const fs::path& file) {
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    sigset_t asked;
    ::sigemptyset(&asked);
    ::sigaddset(&asked, SIGIO);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    const int fd = ::open(file.c_str(), O_RDWR);
    const char can = ::fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? 'y' : 'n';
    if (::write(ready[1], &can, 1) != 1 || can == 'n') ::_exit(1);
    int signal = 0;
    ::sigwait(&asked, &signal);
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    ::_exit(0);
  }
  char can = 'n';
  CHECK(::read(ready[0], &can, 1) == 1);
  ::close(ready[0]);
  ::close(ready[1]);
  if (can == 'y') return child;
  ::waitpid(child, nullptr, 0);
  return -1;
}

TEST_CASE("SQLite waits for the window of another run", "[system calls]") {
  const TempDir dir;
  const fs::path path = dir.path() / "app.db";
  run_sql(path, "CREATE TABLE t (a)");
  for (const bool first_look : {true, false}) {
    const pid_t holder = leaseholder(path);
    if (holder < 0) {
      WARN("no lease can be had here");
      return;
    }
    INFO(first_look);
    if (first_look) {
      CHECK(rows_of_t(open_reading(path)) == 0);
    } else {
      CHECK(rows_of_t(open_writing(path, Purpose::copy)) == 0);
    }
    int status = -1;
    ::waitpid(holder, &status, 0);
    CHECK(status == 0);
  }
}

}  // namespace
}  // namespace baseline::sqlite::system_calls_test
