// A run in place that was cut off between a transaction of SQLite and the journal's record of it,
// and what recovery makes of it when users have been there since.
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/error.hpp"
#include "store/sqlite/swap/content_digest.hpp"
#include "support/catch.hpp"
#include "support/hooked_file_system.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::in_place_test {
namespace {

namespace fs = std::filesystem;

// The records that are appended to the journal, in their order.
enum Record { swap = 1, replacing, replaced, reverting, reverted };

// Deploys in place in a child that ends before it writes this record.
void cut_off_before(const fs::path& database, Record record, bool after_passes = true) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int count = 0;
    HookedFileSystem files([&](const std::string& operation, const std::string& path) {
      const bool appends = operation == "write" && path.ends_with("baseline-journal");
      if (appends && ++count == record) ::_exit(0);
    });
    Workbench bench(files, database, {}, EngineChoice::in_place);
    bench.after_passes = after_passes;
    bench.deploy();
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

struct Place {
  TempDir dir;
  fs::path database = dir.path() / "app.db";
  Place() { make_old(database); }

  std::optional<RecoveryReport> recover() const {
    return Workbench(real_file_system(), database).recover();
  }
  std::string rows(const std::string& marker) const {
    const std::string found = content(database);
    return found.find(marker) == std::string::npos ? "" : marker;
  }
};

TEST_CASE("in place, before the transaction: undone, and rows written since stay", "[in-place]") {
  for (const Record record : {swap, replacing}) {
    const Place place;
    cut_off_before(place.database, record);
    CHECK(content(place.database) == "old");
    run_sql(place.database, "INSERT INTO old_things VALUES (1000, 'a late thing')");
    CHECK_FALSE(place.recover()->finished);
    CHECK(place.rows("a late thing") == "a late thing");
  }
}

TEST_CASE("in place, after the commit: finished, whatever rows were written since", "[in-place]") {
  for (const Record record : {replaced, reverting}) {
    const Place place;
    cut_off_before(place.database, record, record == replaced);
    CHECK(content(place.database) == "new");
    run_sql(place.database, "INSERT INTO new_things VALUES (1000, 424242)");
    const auto report = place.recover();
    CHECK(report->finished);
    CHECK(report->backup);
    CHECK(place.rows("424242") == "424242");
  }
}

// The mark is in the transaction: where the content is the old one's, so is the mode.
TEST_CASE("in place, wherever it was cut off: WAL mode stays", "[in-place]") {
  for (const Record record : {swap, replacing, replaced, reverting, reverted}) {
    CAPTURE(record);
    const Place place;
    run_sql(place.database, "PRAGMA journal_mode = WAL");
    cut_off_before(place.database, record, record < reverting);
    place.recover();
    CHECK(content(place.database) == (record == replaced || record == reverting ? "new" : "old"));
    CHECK(Workbench(real_file_system(), place.database).store().look({}).settings.journal_mode ==
          "wal");
  }
}

TEST_CASE("in place, after the commit, with another schema since: a person must look",
          "[in-place]") {
  const Place place;
  cut_off_before(place.database, replaced);
  run_sql(place.database, "CREATE TABLE of_users (a); INSERT INTO of_users VALUES ('kept')");
  const auto before = files_in(place.dir.path());
  CHECK_THROWS_AS(place.recover(), Error);
  CHECK(files_in(place.dir.path()) == before);
  CHECK(place.rows("kept") == "kept");
}

TEST_CASE("in place, put back and not recorded: undone", "[in-place]") {
  const Place place;
  cut_off_before(place.database, reverted, false);
  CHECK(content(place.database) == "old");
  CHECK_FALSE(place.recover()->finished);
  CHECK(content(place.database) == "old");
  CHECK(Workbench(real_file_system(), place.database).catalogue().entries().empty());
}

TEST_CASE("in place, to be put back, and users wrote to the new one: kept as a backup",
          "[in-place]") {
  const Place place;
  // The record is there, the transaction is not.
  const pid_t child = ::fork();
  if (child == 0) {
    int count = 0;
    HookedFileSystem files([&](const std::string& operation, const std::string& path) {
      const bool syncs = operation == "sync" && path.ends_with("baseline-journal");
      if (syncs && ++count == reverting) ::_exit(0);
    });
    Workbench bench(files, place.database, {}, EngineChoice::in_place);
    bench.after_passes = false;
    bench.deploy();
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  CHECK(content(place.database) == "new");
  run_sql(place.database, "INSERT INTO new_things VALUES (1000, 424242)");
  const auto report = place.recover();
  CHECK_FALSE(report->finished);
  CHECK(content(place.database) == "old");
  REQUIRE(report->backup);
  CHECK(report->backup->manifest.reason == "failed-deploy");
  const fs::path copy = place.dir.path() / "copy.db";
  fs::copy_file(report->backup->directory / "app.db", copy);
  fs::permissions(copy, fs::perms::owner_all);
  CHECK(content(copy).find("424242") != std::string::npos);
}

TEST_CASE("the digest of a content does not see what a copy changes, and sees all else",
          "[in-place]") {
  const TempDir dir;
  const auto digest = [&](const std::string& name) {
    return sqlite::content_digest(*Directory::open(dir.path()).open_file(name, false));
  };
  make_old(dir.path() / "a.db");
  fs::copy_file(dir.path() / "a.db", dir.path() / "b.db");
  run_sql(dir.path() / "b.db", "PRAGMA schema_version = 77; PRAGMA journal_mode = WAL");
  CHECK(bytes_of(dir.path() / "a.db") != bytes_of(dir.path() / "b.db"));
  CHECK(digest("a.db") == digest("b.db"));
  run_sql(dir.path() / "b.db", "UPDATE old_things SET name = 'x' WHERE id = 200");
  CHECK(digest("a.db") != digest("b.db"));
}

}  // namespace
}  // namespace baseline::in_place_test
