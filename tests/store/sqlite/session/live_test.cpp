#include <SQLiteCpp/Database.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/error.hpp"
#include "os/sha256.hpp"
#include "store/constraint_ref.hpp"
#include "store/schema.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::live_test {
namespace {

namespace fs = std::filesystem;

constexpr int kCreate = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The SHA-256 of every file of a directory, by name.
std::map<std::string, std::string> listing(const fs::path& directory) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    out[entry.path().filename().string()] = sha256_hex(content(entry.path()));
  }
  return out;
}

// Makes a database at `path` with one table of three rows, in WAL mode or not, and closes it.
void make_database(const fs::path& path, bool wal) {
  SQLite::Database database(path.string(), kCreate);
  if (wal) database.exec("PRAGMA journal_mode = WAL");
  database.exec(
      "CREATE TABLE t (x CONSTRAINT small CHECK (x < 9)); INSERT INTO t VALUES (1),(2),(3)");
}

// Leaves the files of a process that died in the middle of `sql`, its last transaction open.
void crash(const fs::path& path, const char* sql) {
  const pid_t child = ::fork();
  if (child == 0) {
    sqlite3* database = nullptr;
    if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) ::_exit(1);
    ::_exit(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? 0 : 2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

Value rows(Session& session) {
  const QueryOutcome outcome = session.query("SELECT count(*) FROM t", {}, {});
  REQUIRE_FALSE(outcome.failure);
  return outcome.rows.at(0).at(0);
}

struct Complaint {
  ErrorCode code;
  std::string text;
};

Complaint complaint(const fs::path& path) {
  try {
    sqlite::open_live(path);
  } catch (const Error& error) {
    return {error.code(), std::string(error.what()) + " | " + error.hint()};
  }
  return {ErrorCode::needs_person, "it opened"};
}

TEST_CASE("reading an idle database leaves every file as it was", "[live]") {
  for (const bool wal : {false, true}) {
    const TempDir directory;
    const fs::path path = directory.path() / "app.db";
    make_database(path, wal);
    const auto before = listing(directory.path());
    REQUIRE(before.size() == 1);
    {
      const auto live = sqlite::open_live(path);
      CHECK(rows(*live) == Value(std::int64_t{3}));
      CHECK_FALSE(live->integrity_problem(Session::Depth::full));
      CHECK(live->schema().objects.size() == 1);
      CHECK(live->count_rows(std::chrono::seconds(1)).at(0).rows == 3U);
      const auto scratch = live->scratch();
      scratch->begin(true);
      CHECK(rows(*scratch) == Value(std::int64_t{0}));
      CHECK(scratch->execute("INSERT INTO t VALUES (1)", {}, {}).rows_changed() == 1);
      CHECK(
          scratch->reject("INSERT INTO t VALUES (9)", {}, {ConstraintRef::Kind::name, "small"}, {})
              .verdict == Rejection::Verdict::by_named);
      CHECK(scratch->rollback());
      CHECK(live->execute("DELETE FROM t", {}, {}).failure->kind == SqlFailure::Kind::denied);
    }
    CHECK(listing(directory.path()) == before);
  }
}

TEST_CASE("a database in use shows what is committed and is not changed", "[live]") {
  for (const bool wal : {false, true}) {
    const TempDir directory;
    const fs::path path = directory.path() / "app.db";
    make_database(path, wal);
    sqlite::open_live(
        path);  // from the first one on SQLite's calls are ours, also the application's
    SQLite::Database application(path.string(), SQLite::OPEN_READWRITE);
    application.exec("INSERT INTO t VALUES (4)");
    application.exec("BEGIN; INSERT INTO t VALUES (5)");
    const std::string before = content(path);
    {
      const auto live = sqlite::open_live(path);
      CHECK(rows(*live) == Value(std::int64_t{4}));
    }
    CHECK(content(path) == before);
    application.exec("COMMIT");
    CHECK(application.execAndGet("SELECT count(*) FROM t").getInt() == 5);
  }
}

TEST_CASE("a crashed WAL is read, not checkpointed", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  make_database(path, true);
  crash(path, "INSERT INTO t VALUES (4)");
  REQUIRE(fs::exists(path.string() + "-wal"));
  const std::string before = content(path);
  const std::string wal = content(path.string() + "-wal");
  CHECK(rows(*sqlite::open_live(path)) == Value(std::int64_t{4}));
  CHECK(content(path) == before);
  CHECK(content(path.string() + "-wal") == wal);
  // An immutable open ignores it, which is right only for files that nobody writes.
  CHECK(rows(*sqlite::open_immutable(path)) == Value(std::int64_t{3}));
}

TEST_CASE("a hot journal is refused, because reading would have to roll it back", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  make_database(path, false);
  crash(path,
        "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; INSERT INTO t "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
        "SELECT 'x' || i FROM n WHERE 0 UNION ALL SELECT NULL FROM n");
  REQUIRE(fs::exists(path.string() + "-journal"));
  const auto before = listing(directory.path());
  const Complaint hot = complaint(path);
  CHECK(hot.code == ErrorCode::refused);
  CHECK(hot.text == path.string() +
                        " has a hot journal from a writer that crashed | open it once with the "
                        "application, which rolls it back");
  CHECK(listing(directory.path()) == before);
}

TEST_CASE("files that SQLite cannot read are refused with its words", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  const auto refusal = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    const Complaint said = complaint(path);
    CHECK(said.code == ErrorCode::refused);
    return said.text;
  };
  const std::string cannot = "SQLite cannot read " + path.string() + ": ";
  CHECK(refusal(std::string(4096, 'x')) == cannot + "file is not a database | ");
  make_database(directory.path() / "good.db", false);
  std::string newer = content(directory.path() / "good.db");
  newer[19] = 9;  // read format of a future SQLite
  CHECK(refusal(newer) == cannot + "file is not a database | ");
  std::string schema_format = content(directory.path() / "good.db");
  schema_format[47] = 9;
  CHECK(refusal(schema_format) == cannot + "unsupported file format | ");
  CHECK_THAT(refusal(content(directory.path() / "good.db").substr(0, 3000)),
             ContainsSubstring("malformed"));

  CHECK(complaint(directory.path()).text ==
        "SQLite cannot read " + directory.path().string() + ": not a regular file | ");
  const fs::path fifo = directory.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(complaint(fifo).code == ErrorCode::refused);
  const Complaint missing = complaint(directory.path() / "none.db");
  CHECK(missing.code == ErrorCode::io);
  CHECK(missing.text == "cannot open " + (directory.path() / "none.db").string() +
                            ": No such file or directory | ");
  CHECK_FALSE(fs::exists(directory.path() / "none.db"));
}

TEST_CASE("an empty file is an empty database", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  std::ofstream(path).close();
  const auto live = sqlite::open_live(path);
  CHECK(live->schema().objects.empty());
  CHECK_FALSE(live->revision());
  CHECK_FALSE(live->integrity_problem(Session::Depth::quick));
  CHECK(live->scratch()->schema().objects.empty());
  CHECK(fs::file_size(path) == 0);
}

TEST_CASE("a locked database is in use", "[live][slow]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  make_database(path, false);
  SQLite::Database application(path.string(), SQLite::OPEN_READWRITE);
  application.exec("BEGIN EXCLUSIVE");
  const Complaint locked = complaint(path);
  CHECK(locked.code == ErrorCode::in_use);
  CHECK(locked.text ==
        path.string() + " is locked by another process | try again, or stop the application first");
}

TEST_CASE("between begin_reading() and its end all is of one state", "[live]") {
  const TempDir dir;
  const fs::path path = dir.path() / "a.db";
  make_database(path, true);
  SQLite::Database writer(path.string(), SQLITE_OPEN_READWRITE);
  writer.exec("UPDATE t SET x = x");  // and it has a -wal
  const auto live = sqlite::open_live(path);

  live->begin_reading();
  CHECK(rows(*live) == Value(std::int64_t{3}));
  writer.exec("INSERT INTO t VALUES (4); CREATE TABLE u (x)");
  CHECK(rows(*live) == Value(std::int64_t{3}));
  CHECK_FALSE(live->table("u"));
  CHECK(live->schema().objects.size() == 1);
  live->end_reading();
  CHECK(rows(*live) == Value(std::int64_t{4}));
  CHECK(live->table("u"));

  // Nothing is held afterwards, and a second end is none.
  live->end_reading();
  CHECK(writer.execAndGet("PRAGMA wal_checkpoint(RESTART)").getInt() == 0);
}

TEST_CASE("any byte in a path is only a byte", "[live]") {
  const TempDir directory;
  for (const char* name : {"a?b.db", "a#b.db", "a%41.db", "a b&mode=rwc.db", "a\nb.db", "\xff.db",
                           "a\"'b.db", ":memory:", "file:x.db"}) {
    const fs::path path = directory.path() / name;
    make_database(directory.path() / "plain.db", true);
    fs::rename(directory.path() / "plain.db", path);
    INFO(path);
    CHECK(rows(*sqlite::open_live(path)) == Value(std::int64_t{3}));
    CHECK(rows(*sqlite::open_immutable(path)) == Value(std::int64_t{3}));
  }
  CHECK(sqlite::file_uri("/a?b%c", "mode=ro") == "file:///a%3Fb%25c?mode=ro");
}

TEST_CASE("a symbolic link is followed once, to the file it names", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  make_database(path, false);
  fs::create_symlink("app.db", directory.path() / "link.db");
  CHECK(rows(*sqlite::open_live(directory.path() / "link.db")) == Value(std::int64_t{3}));
}

TEST_CASE("a damaged database is told by the integrity check", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  {
    SQLite::Database database(path.string(), kCreate);
    database.exec("CREATE TABLE t (x); CREATE INDEX i ON t (x); INSERT INTO t VALUES (1), (2)");
    database.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'i'");
  }
  const auto problem = sqlite::open_live(path)->integrity_problem(Session::Depth::full);
  REQUIRE(problem);
  CHECK_THAT(*problem, ContainsSubstring("never used"));
}

TEST_CASE("a scratch copy of a sealed file has its rows, page size and encoding", "[live]") {
  for (const char* settings :
       {"PRAGMA page_size = 1024", "PRAGMA page_size = 65536; PRAGMA encoding = 'UTF-16le'",
        "PRAGMA journal_mode = WAL"}) {
    const TempDir directory;
    const fs::path path = directory.path() / "app.db";
    {
      SQLite::Database database(path.string(), kCreate);
      database.exec(settings);
      database.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('ä'), (2)");
    }
    const auto before = listing(directory.path());
    const auto scratch = sqlite::open_immutable(path)->scratch();
    INFO(settings);
    CHECK(rows(*scratch) == Value(std::int64_t{2}));
    CHECK(scratch->query("SELECT x FROM t LIMIT 1", {}, {}).rows.at(0).at(0) ==
          Value(std::string("ä")));
    scratch->begin(false);
    CHECK(scratch->execute("DELETE FROM t", {}, {}).rows_changed() == 2);
    CHECK(scratch->rollback());
    CHECK(rows(*scratch) == Value(std::int64_t{2}));
    CHECK(listing(directory.path()) == before);
  }
}

TEST_CASE("the clone of a live database has its schema with all quirks", "[live]") {
  const TempDir directory;
  const fs::path path = directory.path() / "app.db";
  {
    SQLite::Database database(path.string(), kCreate);
    database.exec("PRAGMA encoding = 'UTF-16be'");
    database.exec(
        "CREATE TABLE \"odd \"\"name\" ([a b] INTEGER PRIMARY KEY AUTOINCREMENT,"
        " `select` TEXT CONSTRAINT \"c d\" CHECK (`select` <> \"legacy text\"));"
        "CREATE UNIQUE INDEX \"i j\" ON \"odd \"\"name\" (lower(\"select\")) WHERE [a b] > 1;"
        "CREATE TABLE g (x INT, y INT AS (x * 2) STORED) STRICT;"
        "CREATE TABLE w (k PRIMARY KEY) WITHOUT ROWID;"
        "CREATE VIEW v AS SELECT * FROM w;"
        "CREATE TRIGGER tr AFTER INSERT ON g BEGIN INSERT INTO w VALUES (new.x); END;"
        "CREATE VIRTUAL TABLE f USING fts5(body, content='');"
        "INSERT INTO \"odd \"\"name\" (\"select\") VALUES ('x');"
        "PRAGMA user_version = 5");
  }
  const auto live = sqlite::open_live(path);
  const auto clone = live->scratch();
  CHECK(differences(live->schema(), clone->schema(), {}).empty());
  CHECK(live->schema().digest() == clone->schema().digest());
  CHECK(live->schema().objects.size() == 7);
  CHECK(clone->query("SELECT count(*) FROM \"odd \"\"name\"", {}, {}).rows.at(0).at(0) ==
        Value(std::int64_t{0}));
  CHECK(clone->query("PRAGMA encoding", {}, {}).rows.at(0).at(0) == Value(std::string("UTF-16be")));
  CHECK(clone->query("PRAGMA user_version", {}, {}).rows.at(0).at(0) == Value(std::int64_t{5}));
  clone->begin(true);
  CHECK(clone
            ->reject("INSERT INTO \"odd \"\"name\" (\"select\") VALUES ('legacy text')", {},
                     {ConstraintRef::Kind::name, "c d"}, {})
            .verdict == Rejection::Verdict::by_named);
  CHECK_FALSE(clone->execute("INSERT INTO f (body) VALUES ('a')", {}, {}).failure);
  CHECK(clone->rollback());
}

}  // namespace
}  // namespace baseline::live_test
