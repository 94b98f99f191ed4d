#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::session_test {
namespace {

using Kind = SqlFailure::Kind;

std::unique_ptr<Session> reference_of(const std::string& sql) {
  return sqlite::apply_migration({"1", "1_x.sql", sql});
}

const char* const kPoints =
    "CREATE TABLE points (id INTEGER PRIMARY KEY, latitude REAL, name TEXT UNIQUE);"
    "INSERT INTO points VALUES (1, 1.5, 'a'), (2, NULL, 'b'), (3, 7.0, NULL);";

SqlFailure query_failure(Session& session, const std::string& sql, RunLimits limits = {}) {
  const QueryOutcome outcome = session.query(sql, {}, limits);
  INFO(sql);
  REQUIRE(outcome.failure);
  return *outcome.failure;
}

TEST_CASE("a query gives its columns and rows with their storage classes", "[session]") {
  const auto session = reference_of(kPoints);
  const QueryOutcome outcome =
      session->query("SELECT id, latitude AS lat, name, x'00ff', :p, $q, @none, '' FROM points",
                     {{"p", std::string("it's")}, {"q", Blob{}}, {"unused", 1.0}}, {});
  REQUIRE_FALSE(outcome.failure);
  CHECK(outcome.columns.at(1) == "lat");
  REQUIRE(outcome.rows.size() == 3);
  std::string row;
  for (const Value& value : outcome.rows.at(1)) row += sql_literal(value) + " ";
  CHECK(row == "2 NULL 'b' x'00ff' 'it''s' x'' NULL '' ");
}

TEST_CASE("a query is exactly one statement that only reads", "[session]") {
  const auto session = reference_of(kPoints)->scratch();
  for (const char* wrong :
       {"", " -- nothing", "SELECT 1; SELECT 2", "DELETE FROM points", "CREATE TABLE x(y)",
        "INSERT INTO points (id) VALUES (9) RETURNING id"}) {
    const SqlFailure failure = query_failure(*session, wrong);
    CHECK(failure.kind == Kind::denied);
    CHECK(failure.message == "query must be one read-only statement");
  }
  CHECK_FALSE(session->query("SELECT 1; -- that is all\n;", {}, {}).failure);
  CHECK_FALSE(session->query("PRAGMA journal_mode", {}, {}).failure);
  CHECK_FALSE(session->query("SELECT * FROM pragma_foreign_key_check", {}, {}).failure);
  CHECK(session->query("PRAGMA integrity_check", {}, {}).rows.at(0).at(0) ==
        Value(std::string("ok")));
}

TEST_CASE("the guard refuses every way out of the database", "[session][guard]") {
  const auto session = reference_of(kPoints)->scratch();
  session->begin(true);
  const auto refused = [&](const std::string& sql) {
    const ExecuteOutcome outcome = session->execute(sql, {}, {});
    INFO(sql);
    REQUIRE(outcome.failure);
    CHECK(outcome.failure->kind == Kind::denied);
    return outcome.failure->message;
  };
  CHECK(refused("ATTACH ':memory:' AS x") == "ATTACH is not allowed here");
  CHECK(refused("DETACH main") == "DETACH is not allowed here");
  CHECK(refused("BEGIN") == "BEGIN is not allowed here");
  CHECK(refused("COMMIT") == "COMMIT is not allowed here");
  CHECK(refused("ROLLBACK") == "ROLLBACK is not allowed here");
  CHECK(refused("SAVEPOINT a") == "SAVEPOINT is not allowed here");
  CHECK(refused("RELEASE a") == "SAVEPOINT is not allowed here");
  CHECK(refused("SELECT load_extension('x')") == "load_extension is not allowed here");
  CHECK(refused("PRAGMA writable_schema = ON") == "PRAGMA writable_schema is not allowed here");
  CHECK(refused("PRAGMA foreign_keys = OFF") == "PRAGMA foreign_keys is not allowed here");
  CHECK(refused("PRAGMA journal_mode = WAL") == "PRAGMA journal_mode is not allowed here");
  CHECK(refused("PRAGMA user_version = 3") == "PRAGMA user_version is not allowed here");
  CHECK(refused("PRAGMA USER_VERSION(3)") == "PRAGMA USER_VERSION is not allowed here");
  CHECK(refused("SELECT * FROM pragma_database_list") ==
        "PRAGMA database_list is not allowed here");
  CHECK(refused("SELECT * FROM pragma_compile_options()") ==
        "PRAGMA compile_options is not allowed here");
  CHECK(session->rollback());
  // Outside of a transaction VACUUM INTO would write a file.
  CHECK(refused("VACUUM INTO '/tmp/baseline-must-not-exist.db'") == "ATTACH is not allowed here");
  // Defensive: the schema cannot be written as a table either.
  CHECK(session->execute("UPDATE sqlite_schema SET sql = ''", {}, {}).failure->message ==
        "table sqlite_master may not be modified");
}

TEST_CASE("a wrong name in double quotes is no text", "[session][guard]") {
  const auto session = reference_of(kPoints)->scratch();
  const SqlFailure failure =
      query_failure(*session, "SELECT *\nFROM points WHERE \"latitide\" > 0");
  CHECK(failure.kind == Kind::missing_object);
  CHECK(failure.message == "no such column: latitide; did you mean 'latitude'?");
  CHECK(failure.offset == 27U);
  session->begin(false);
  CHECK(session->execute("CREATE TABLE c (x CHECK (\"latitide\" > 0))", {}, {}).failure);
  session->rollback();
}

TEST_CASE("names that are missing get a suggestion", "[session]") {
  const auto session = reference_of(kPoints);
  CHECK(query_failure(*session, "SELECT * FROM pionts").message ==
        "no such table: pionts; did you mean 'points'?");
  CHECK(query_failure(*session, "SELECT p.nmae FROM points p").message ==
        "no such column: p.nmae; did you mean 'name'?");
  CHECK(session->compile("INSERT INTO points (latitud) VALUES (1)").failure->message ==
        "table points has no column named latitud; did you mean 'latitude'?");
  CHECK(query_failure(*session, "SELECT * FROM elsewhere").message == "no such table: elsewhere");
}

TEST_CASE("compile tells each statement's place and parameters", "[session]") {
  const auto session = reference_of(kPoints);
  const std::string sql =
      " -- fixture\nINSERT INTO points (id, name) VALUES (:id, :name || :id) ;\n"
      "SELECT ';', '--' /* ; */ FROM points ; ; SELECT ?, ?2";
  const CompileOutcome outcome = session->compile(sql);
  REQUIRE_FALSE(outcome.failure);
  REQUIRE(outcome.statements.size() == 3);
  const auto text = [&](std::size_t i) {
    return sql.substr(outcome.statements.at(i).offset, outcome.statements.at(i).length);
  };
  CHECK(text(0) == "INSERT INTO points (id, name) VALUES (:id, :name || :id)");
  CHECK(text(1) == "SELECT ';', '--' /* ; */ FROM points");
  CHECK(text(2) == "SELECT ?, ?2");
  CHECK_FALSE(outcome.statements.at(0).read_only);
  CHECK(outcome.statements.at(1).read_only);
  CHECK(outcome.statements.at(0).parameters == std::vector<std::string>{"id", "name"});
  CHECK(outcome.statements.at(2).parameters == std::vector<std::string>{"?", "?2"});

  const CompileOutcome wrong = session->compile("SELECT 1;\n  SELECT FROM x");
  CHECK(wrong.statements.size() == 1);
  CHECK(wrong.failure->kind == Kind::syntax);
  CHECK(wrong.failure->statement == 2);
  CHECK(wrong.failure->offset == 19U);
  CHECK(session->compile(" ;; -- nothing").statements.empty());
  CHECK_FALSE(session->compile("").failure);
  const std::string nul("SELECT 1;\0DROP TABLE points", 27);
  CHECK(session->compile(nul).failure->message == "a NUL character in the SQL");
}

TEST_CASE("a suggestion is of the table that was meant, and of what was meant", "[session]") {
  const auto session =
      reference_of("CREATE TABLE book (isbn, title); CREATE TABLE loan (id, due);");
  const auto message = [&](const std::string& sql) {
    return session->compile(sql).failure->message;
  };
  CHECK(message("INSERT INTO book (titel) VALUES (1)") ==
        "table book has no column named titel; did you mean 'title'?");
  CHECK(message("INSERT INTO book (id) VALUES (1)") == "table book has no column named id");
  CHECK(message("SELECT dux FROM loan") == "no such column: dux; did you mean 'due'?");
  CHECK_THAT(
      message("SELECT * FROM book WHERE title = \"Emma\""),
      Catch::Matchers::StartsWith("no such column: ") && Catch::Matchers::Contains("single"));
}

TEST_CASE("endless, huge and long results are stopped", "[session][guard]") {
  const auto session = reference_of(kPoints);
  const SqlFailure endless = query_failure(
      *session,
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
      {std::chrono::milliseconds(50), 10});
  CHECK(endless.kind == Kind::timeout);
  CHECK(endless.message == "took longer than 50ms and was stopped");

  const SqlFailure huge = query_failure(*session, "SELECT length(randomblob(1000000000))");
  CHECK(huge.kind == Kind::limit);
  const SqlFailure memory =
      query_failure(*session,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
                    "SELECT count(*) FROM (SELECT group_concat(randomblob(8000000)) FROM n)",
                    {std::chrono::minutes(5), 10});
  CHECK(memory.kind == Kind::limit);

  const char* const many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  const QueryOutcome limited = session->query(many, {}, {std::chrono::seconds(10), 100});
  CHECK_FALSE(limited.failure);
  CHECK(limited.truncated);
  CHECK(limited.rows.size() == 100);
  const QueryOutcome exact =
      session->query("SELECT id FROM points", {}, {std::chrono::seconds(1), 3});
  CHECK_FALSE(exact.truncated);
  CHECK(exact.rows.size() == 3);

  const SqlFailure wide =
      query_failure(*session,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT zeroblob(16000000) FROM n");
  CHECK(wide.message == "the result is larger than 64 MiB");
  // The session is as good as before.
  CHECK(session->query("SELECT count(*) FROM points", {}, {}).rows.at(0).at(0) ==
        Value(std::int64_t{3}));
}

TEST_CASE("execute stops at the first failure and says who rejected", "[session]") {
  const auto session = reference_of(kPoints)->scratch();
  session->begin(false);
  const ExecuteOutcome outcome = session->execute(
      "UPDATE points SET latitude = 2;\nINSERT INTO points (name) VALUES ('a');\nDELETE FROM "
      "points",
      {}, {});
  CHECK(outcome.statements_run == 1);
  CHECK(outcome.rows_changed() == 3);
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == Kind::constraint);
  CHECK(outcome.failure->statement == 2);
  CHECK(outcome.failure->offset == 32U);
  CHECK(outcome.failure->rejected_by == "UNIQUE points(name)");
  const ExecuteOutcome ddl = session->execute("DELETE FROM points; CREATE TABLE x(y)", {}, {});
  CHECK_FALSE(ddl.failure);
  CHECK(ddl.rows_changed() == 0);
  CHECK(session->rollback());
  CHECK(session->query("SELECT count(*) FROM points", {}, {}).rows.at(0).at(0) ==
        Value(std::int64_t{3}));
}

TEST_CASE("an orphan of a deferred key is not accepted", "[session]") {
  const auto session = reference_of(
                           "CREATE TABLE p(id INTEGER PRIMARY KEY);"
                           "CREATE TABLE c(pid REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
                           ->scratch();
  session->begin(true);
  const ExecuteOutcome outcome = session->execute("SELECT 1; INSERT INTO c VALUES (1)", {}, {});
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == Kind::constraint);
  CHECK(outcome.failure->statement == 2);
  CHECK(outcome.failure->rejected_by == "FOREIGN KEY c (pid)");
  CHECK(session->rollback());
  session->begin(false);
  CHECK_FALSE(session->execute("INSERT INTO c VALUES (1)", {}, {}).failure);
  CHECK(session->rollback());
}

TEST_CASE("a statement that ends the transaction spoils the scratch copy", "[session]") {
  const auto session = reference_of(kPoints)->scratch();
  session->begin(false);
  CHECK(session->execute("INSERT OR ROLLBACK INTO points (id) VALUES (1)", {}, {}).failure);
  CHECK_FALSE(session->rollback());
}

TEST_CASE("only a scratch copy has transactions", "[session]") {
  CHECK_THROWS_AS(reference_of(kPoints)->begin(true), std::logic_error);
}

TEST_CASE("rows are counted by table until the budget is spent", "[session]") {
  const auto session = reference_of(
      "CREATE TABLE \"odd \"\"na'me\"(\"select\"); INSERT INTO \"odd \"\"na'me\" VALUES (1), (2);"
      "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a DEFAULT VALUES;"
      "CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('x'), ('y'), ('z');"
      "CREATE VIEW v AS SELECT * FROM a");
  std::string counts;
  for (const TableRows& table : session->count_rows(std::chrono::seconds(10))) {
    counts += table.table + "=" + std::to_string(table.rows.value()) + " ";
  }
  CHECK(counts == "a=1 f=3 odd \"na'me=2 ");
  for (const TableRows& table : session->count_rows(std::chrono::milliseconds(0))) {
    CHECK_FALSE(table.rows);
  }
}

}  // namespace
}  // namespace baseline::session_test
