#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "store/file_settings.hpp"
#include "store/schema.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"
#include "support/image_of.hpp"
#include "support/temp_dir.hpp"

namespace baseline::migrate_test {
namespace {

// What apply_migration() says about `sql`: "MESSAGE | HINT", or nothing when it is fine.
std::string complaint(const std::string& sql) {
  try {
    sqlite::apply_migration({"1", "dir/1_x.sql", sql});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return {};
}

TEST_CASE("the built-in migration applies and stamps its revision", "[migrate]") {
  const Migration migration = builtin_migration();
  const auto reference = sqlite::apply_migration(migration);
  CHECK(reference->revision() == "9275fe03c648");
  CHECK(reference->schema().objects.size() == 4);
  CHECK_FALSE(reference->integrity_problem(Session::Depth::full));
  const std::string bytes = image_of(*reference);
  CHECK(bytes.substr(0, 15) == "SQLite format 3");
}

TEST_CASE("a migration's mistakes are told with their place", "[migrate]") {
  CHECK(complaint("CREATE TABLE a(x);\n\n    CRAETE TABLE b(x);") ==
        "dir/1_x.sql:3:5: near \"CRAETE\": syntax error | ");
  CHECK(complaint("-- ä\nSELECT 'ä', CREATE;") ==
        "dir/1_x.sql:2:13: near \"CREATE\": syntax error | ");
  CHECK(complaint("  -- only a comment\n;;") ==
        "dir/1_x.sql contains no SQL statement | write the statements that make the new database");
  CHECK(complaint("") ==
        "dir/1_x.sql contains no SQL statement | write the statements that make the new database");
  CHECK(complaint(
            "CREATE TABLE a(x UNIQUE);\nINSERT INTO a VALUES (1);\n INSERT INTO a VALUES (1)") ==
        "dir/1_x.sql:3:2: UNIQUE constraint failed: a.x | ");
  CHECK(complaint("CREATE TABLE a(latitude);\nCREATE INDEX i ON a(\"latitide\")") ==
        "dir/1_x.sql:2:21: no such column: latitide; did you mean 'latitude'? | "
        "names go in double quotes, text in single quotes");
}

TEST_CASE("a migration cannot leave its transaction or its database", "[migrate]") {
  const std::string transaction =
      "remove it: the migration is applied in one transaction of its own "
      "(the output of `sqlite3 DB .dump` has BEGIN and COMMIT, for example)";
  const std::string inside = "remove it: a migration only makes what is inside its one database";
  CHECK(complaint("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a(x);COMMIT;") ==
        "dir/1_x.sql:2:1: BEGIN is not allowed in a migration | " + transaction);
  CHECK(complaint("CREATE TABLE a(x); COMMIT;") ==
        "dir/1_x.sql:1:20: COMMIT is not allowed in a migration | " + transaction);
  CHECK(complaint("ROLLBACK") ==
        "dir/1_x.sql:1:1: ROLLBACK is not allowed in a migration | " + transaction);
  CHECK(complaint("SAVEPOINT a") ==
        "dir/1_x.sql:1:1: SAVEPOINT is not allowed in a migration | " + transaction);
  CHECK(complaint("ATTACH 'other.db' AS o") ==
        "dir/1_x.sql:1:1: ATTACH is not allowed in a migration | " + inside);
  CHECK(complaint("SELECT load_extension('x')") ==
        "dir/1_x.sql:1:8: load_extension is not allowed in a migration | " + inside);
  CHECK(complaint("CREATE TEMP TABLE a(x)") ==
        "dir/1_x.sql:1:1: a TEMP object is not allowed in a migration | " + inside);
  CHECK(complaint("CREATE TABLE temp.a(x)") ==
        "dir/1_x.sql:1:1: a TEMP object is not allowed in a migration | " + inside);
  CHECK(complaint("PRAGMA synchronous = OFF") ==
        "dir/1_x.sql:1:1: PRAGMA synchronous is not allowed in a migration | "
        "remove it: only user_version, application_id, foreign_keys and defer_foreign_keys "
        "may be set in a migration, and at its head encoding, page_size, auto_vacuum and "
        "journal_mode");
  CHECK(complaint("CREATE TABLE a(x);\nPRAGMA journal_mode = WAL") ==
        "dir/1_x.sql:2:1: PRAGMA journal_mode is not allowed in a migration | "
        "move it to the head of the migration, before the first statement that is no PRAGMA");
  CHECK(complaint("PRAGMA journal_mode = WAL") ==
        "dir/1_x.sql contains no SQL statement | write the statements that make the new database");
  CHECK(complaint(".read other.sql") ==
        "dir/1_x.sql:1:1: near \".\": syntax error | "
        "commands of the sqlite3 shell that start with a dot are not SQL; remove it");
  CHECK_THAT(complaint("CREATE TABLE a(x);\nVACUUM INTO '/tmp/baseline-must-not-exist.db'"),
             ContainsSubstring("dir/1_x.sql:2:1: "));
  CHECK(complaint("CREATE TABLE a(x UNIQUE); INSERT INTO a VALUES (1);"
                  "INSERT OR ROLLBACK INTO a VALUES (1)") ==
        "dir/1_x.sql:1:52: UNIQUE constraint failed: a.x | ");
}

TEST_CASE("rows of a migration must have their parents, in any order", "[migrate]") {
  const std::string tables =
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(pid REFERENCES p(id));"
      "CREATE TABLE late(pid REFERENCES p DEFERRABLE INITIALLY DEFERRED);";
  CHECK(complaint(tables + "INSERT INTO c VALUES (1); INSERT INTO p VALUES (1)").empty());
  CHECK(complaint(tables + "INSERT INTO c VALUES (1)") ==
        "dir/1_x.sql: rows without their parent violate FOREIGN KEY c (pid) | "
        "insert the parents too, or leave the rows out");
  CHECK(complaint(tables + "PRAGMA foreign_keys = ON; INSERT INTO late VALUES (1)") ==
        "dir/1_x.sql: rows without their parent violate FOREIGN KEY late (pid) | "
        "insert the parents too, or leave the rows out");
  CHECK_THAT(
      complaint("CREATE TABLE p(x); CREATE TABLE c(pid REFERENCES p(x));"
                "INSERT INTO c VALUES (1)"),
      ContainsSubstring("dir/1_x.sql:1:50: foreign key of c: the columns of p that it refers "
                        "to are neither its PRIMARY KEY nor UNIQUE"));
}

TEST_CASE("what a suite names is only compared, and may lead to nothing", "[migrate]") {
  Migration bounded{"1", "dir/1_x.sql", "CREATE TABLE a(x); CREATE VIEW v AS SELECT y FROM a"};
  CHECK_THAT(complaint(bounded.sql), ContainsSubstring("dir/1_x.sql:1:44: view v: no such column"));
  bounded.bounds = Migration::Bounds{std::chrono::seconds(10), 1U << 20U};
  CHECK(sqlite::apply_migration(bounded)->schema().objects.size() == 2);
}

TEST_CASE("looking for broken objects leaves the database as it was", "[migrate]") {
  const std::string tables = "CREATE TABLE a(x); CREATE TABLE b(x);";
  const std::string triggers =
      "CREATE TRIGGER t1 AFTER INSERT ON a BEGIN DELETE FROM b; END;"
      "CREATE TRIGGER t2 AFTER DELETE ON b BEGIN SELECT RAISE(ABORT, 'no') WHERE OLD.x = 1; END;";
  const auto with = sqlite::apply_migration({"1", "1_x.sql", tables + triggers});
  CHECK(with->schema().objects.size() == 4);
  // t1 and t3 cannot be compiled, because what they fire cannot; only that is named.
  CHECK(complaint(tables + triggers +
                  "CREATE TRIGGER t3 BEFORE DELETE ON b BEGIN DELETE FROM c; END;") ==
        "dir/1_x.sql:1:243: trigger t3: no such table: c | make what it names, correct the name, "
        "or leave the object out: the application would fail on it");
}

TEST_CASE("a migration may set what travels in the file", "[migrate]") {
  const auto reference = sqlite::apply_migration(
      {"1", "1_x.sql", "PRAGMA user_version = 7; PRAGMA application_id = 8; CREATE TABLE a(x)"});
  CHECK(reference->query("PRAGMA user_version", {}, {}).rows.at(0).at(0) == Value(std::int64_t{7}));
  CHECK(reference->query("PRAGMA application_id", {}, {}).rows.at(0).at(0) ==
        Value(std::int64_t{8}));
  CHECK(image_of(*reference).size() == 8192);
}

const Migration kHeaded{
    "1", "1_x.sql",
    "PRAGMA journal_mode = WAL; PRAGMA auto_vacuum = 2; PRAGMA page_size = 8192;"
    "PRAGMA encoding = 'UTF-16be'; CREATE TABLE a(x); INSERT INTO a VALUES ('é')"};
const FileSettings kHead{"UTF-16be", 8192, "incremental", "wal"};

// What is in a file that was made of a reference.
FileSettings settings_of(const std::filesystem::path& file) {
  const auto session = sqlite::open_immutable(file);
  CHECK(session->query("SELECT x FROM a", {}, {}).rows.at(0).at(0) == Value(std::string("é")));
  CHECK_FALSE(session->integrity_problem(Session::Depth::full));
  return session->file_settings();
}

TEST_CASE("a migration sets at its head how its file is kept", "[migrate]") {
  const TempDir dir;
  const auto reference = sqlite::apply_migration(kHeaded);
  CHECK(reference->file_settings() == kHead);
  std::ofstream(dir.path() / "written") << image_of(*reference);
  CHECK(settings_of(dir.path() / "written") == kHead);
  reference->save(dir.path() / "saved");
  CHECK(settings_of(dir.path() / "saved") == kHead);
  // Nothing beside them: to be in WAL mode they were not put into it.
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 2);
}

TEST_CASE("a migration takes over how the old file was kept, and its own head wins", "[migrate]") {
  const Migration plain{"1", "1_x.sql", "CREATE TABLE a(x); INSERT INTO a VALUES ('é')"};
  const FileSettings usual{"UTF-8", 4096, "none", "delete"};
  const auto reference = sqlite::apply_migration(plain);
  CHECK(reference->file_settings() == usual);
  // Again only when that makes a difference.
  CHECK(sqlite::adapted(*reference, plain, usual) == nullptr);
  CHECK(sqlite::adapted(*reference, plain, {}) == nullptr);
  CHECK(sqlite::adapted(*sqlite::apply_migration(kHeaded), kHeaded, usual) == nullptr);
  for (const FileSettings& old : {kHead, FileSettings{"UTF-16le", 4096, "none", "delete"},
                                  FileSettings{"UTF-8", 65536, "none", "delete"},
                                  FileSettings{"UTF-8", 4096, "full", "delete"},
                                  FileSettings{"UTF-8", 4096, "none", "wal"}}) {
    const auto next = sqlite::adapted(*reference, plain, old);
    REQUIRE(next);
    CHECK(next->file_settings() == old);
    CHECK(next->execute("DELETE FROM a", {}, {}).failure);
    const TempDir dir;
    next->save(dir.path() / "saved");
    CHECK(settings_of(dir.path() / "saved") == old);
  }
  CHECK(reference->file_settings() == usual);
}

TEST_CASE("a reference that is too large for memory is saved as a file", "[migrate]") {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "candidate";
  // 5 MiB
  const auto reference = sqlite::apply_migration(
      {"1", "1_x.sql",
       "CREATE TABLE a(x); INSERT INTO a WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
       "FROM n WHERE i < 80) SELECT zeroblob(65536) FROM n"});
  bool taken = false;
  CHECK_FALSE(sqlite::with_bytes(*reference, [&](std::string_view) { taken = true; }));
  CHECK_FALSE(taken);
  reference->save(file);
  CHECK(
      sqlite::open_immutable(file)->query("SELECT count(*), sum(length(x)) FROM a", {}, {}).rows ==
      std::vector<std::vector<Value>>{{std::int64_t{80}, std::int64_t{80 * 65536}}});
  // Nothing beside it, not even for a moment: a crash would leave it there.
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("a reference cannot be changed, its scratch copy can", "[migrate]") {
  const auto reference = sqlite::apply_migration({"1", "1_x.sql", "CREATE TABLE a(x)"});
  const ExecuteOutcome outcome = reference->execute("INSERT INTO a VALUES (1)", {}, {});
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == SqlFailure::Kind::denied);
  const auto scratch = reference->scratch();
  scratch->begin(true);
  CHECK(scratch->execute("INSERT INTO a VALUES (1)", {}, {}).rows_changed() == 1);
  CHECK(scratch->rollback());
}

}  // namespace
}  // namespace baseline::migrate_test
