#include "store/sqlite/swap/online_backup.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite::online_backup_test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

const Deadline kNow{milliseconds(0)};

// Another process that commits one change after the other to `database` as fast as it can.
class Writer {
 public:
  explicit Writer(const fs::path& database) : child_(::fork()) {
    REQUIRE(child_ >= 0);
    if (child_ != 0) return;
    SQLite::Database handle(database.native(), SQLite::OPEN_READWRITE, 10'000);
    handle.exec("PRAGMA synchronous = OFF");
    for (;;) handle.exec("UPDATE old_things SET name = name || '.' WHERE id = 1");
  }
  ~Writer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  pid_t child_;
};

struct Place {
  TempDir dir;
  fs::path database = dir.path() / "app.db";
  fs::path copy = dir.path() / "copy.db";

  explicit Place(const std::string& journal_mode) {
    run_sql(database, "PRAGMA journal_mode = " + journal_mode);
    make_old(database);
    // Many pages, so that a copy takes many steps.
    run_sql(database, "CREATE TABLE heavy AS SELECT zeroblob(400000) AS content");
    std::ofstream(copy) << "";
  }

  std::string integrity() const {
    SQLite::Database handle(copy.native(), SQLite::OPEN_READWRITE);
    return handle.execAndGet("PRAGMA integrity_check").getString();
  }
};

// One page at a time, so that others come in between.
BackupPace slow() {
  BackupPace pace;
  pace.first_slice = milliseconds(0);
  pace.longest_slice = milliseconds(0);
  pace.gap = milliseconds(5);
  pace.pages_per_step = 1;
  pace.restarts = 3;
  return pace;
}

TEST_CASE("a copy is the database, whatever its journal mode", "[online backup]") {
  for (const char* mode : {"DELETE", "WAL", "TRUNCATE", "PERSIST"}) {
    INFO(mode);
    const Place place(mode);
    online_backup(place.database, place.copy, kNow, nullptr);
    CHECK(content(place.copy) == content(place.database));
    CHECK(place.integrity() == "ok");
    CHECK_FALSE(fs::exists(place.copy.native() + "-journal"));
  }
}

TEST_CASE("a writer that never stops makes the copy give up", "[online backup]") {
  const Place place("DELETE");
  const Writer writer(place.database);
  try {
    online_backup(place.database, place.copy, kNow, nullptr, slow());
    FAIL("it came to its end");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::in_use);
    CHECK_THAT(error.what(), ContainsSubstring("was written to 4 times while it was copied"));
  }
}

TEST_CASE("a longer slice lets the copy come to its end beside a writer", "[online backup]") {
  const Place place("DELETE");
  const Writer writer(place.database);
  BackupPace pace = slow();
  pace.first_slice = milliseconds(1);
  pace.longest_slice = milliseconds(5'000);
  pace.restarts = 20;
  online_backup(place.database, place.copy, kNow, nullptr, pace);
  CHECK(place.integrity() == "ok");
}

TEST_CASE("in WAL mode a copy never begins again", "[online backup]") {
  const Place place("WAL");
  const Writer writer(place.database);
  BackupPace pace = slow();
  pace.restarts = 0;
  std::uint64_t last = 0;
  online_backup(
      place.database, place.copy, kNow,
      [&](std::uint64_t done, std::uint64_t) {
        CHECK(done > last);
        last = done;
      },
      pace);
  CHECK(place.integrity() == "ok");
  CHECK(last > 0);
}

TEST_CASE("a database that stays locked is in use", "[online backup]") {
  const Place place("DELETE");
  SQLite::Database holder(place.database.native(), SQLite::OPEN_READWRITE);
  holder.exec("BEGIN EXCLUSIVE");
  try {
    online_backup(place.database, place.copy, kNow, nullptr);
    FAIL("it was copied");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::in_use);
    CHECK_THAT(error.what(), ContainsSubstring("stays locked by another process"));
  }
}

}  // namespace
}  // namespace baseline::sqlite::online_backup_test
