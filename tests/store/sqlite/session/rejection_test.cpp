#include <memory>
#include <string>

#include "store/constraint_ref.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::rejection_test {
namespace {

using Kind = ConstraintRef::Kind;
using Verdict = Rejection::Verdict;

std::unique_ptr<Session> scratch_of(const std::string& sql) {
  return sqlite::apply_migration({"1", "1_x.sql", sql})->scratch();
}

Rejection reject(Session& session, const std::string& sql, const ConstraintRef& by,
                 bool foreign_keys = false) {
  session.begin(foreign_keys);
  Rejection rejection = session.reject(sql, {}, by, {});
  session.rollback();
  return rejection;
}

// One word for what reject() says of `sql` on a database made by `schema`.
std::string verdict(const std::string& schema, const std::string& sql, Kind kind,
                    const std::string& by, bool foreign_keys = false) {
  const auto session = scratch_of(schema);
  const Rejection rejection = reject(*session, sql, {kind, by}, foreign_keys);
  switch (rejection.verdict) {
    case Verdict::by_named:
      return rejection.note.empty() ? "named" : "named; " + rejection.note;
    case Verdict::by_other:
      return "other: " + rejection.rejected_by +
             (rejection.note.empty() ? "" : "; " + rejection.note);
    case Verdict::accepted:
      return "accepted " + std::to_string(rejection.rows_changed) +
             (rejection.note.empty() ? "" : "; " + rejection.note);
    case Verdict::unknown_constraint: {
      std::string out = "unknown; has:";
      for (const std::string& name : rejection.available) out += " " + name;
      return out;
    }
    case Verdict::setup_rejected:
      return "setup: " + rejection.failure.value().message;
    case Verdict::failed:
      return "failed: " + rejection.failure.value().message;
  }
  return {};
}

const char* const kT =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CONSTRAINT positive CHECK (a > 0),"
    " b INT CHECK (b  <  100), c TEXT NOT NULL DEFAULT 'c', d, e, f,"
    " CONSTRAINT de UNIQUE (d, e), UNIQUE (f));"
    "CREATE UNIQUE INDEX lower_c ON t (lower(c)) WHERE c <> 'c';"
    "CREATE UNIQUE INDEX part ON t (b) WHERE b > 50;";

TEST_CASE("each kind of constraint is recognised by its rejection", "[rejection]") {
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::name, "positive") == "named");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::name, "POSITIVE") == "named");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::check, "a>0") == "named");
  CHECK(verdict(kT, "INSERT INTO t (b) VALUES (100)", Kind::check, "\"B\" < 100") == "named");
  CHECK(verdict(kT, "INSERT INTO t (c) VALUES (NULL)", Kind::not_null, "t.c") == "named");
  CHECK(verdict(kT, "INSERT INTO t (d, e) VALUES (1, 2), (1, 2)", Kind::name, "de") == "named");
  CHECK(verdict(kT, "INSERT INTO t (d, e) VALUES (1, 2), (1, 2)", Kind::unique, "t(e, D)") ==
        "named");
  CHECK(verdict(kT, "INSERT INTO t (f) VALUES (1), (1)", Kind::unique, "t(f)") == "named");
  CHECK(verdict(kT, "INSERT INTO t (c) VALUES ('X'), ('x')", Kind::name, "lower_c") == "named");
  CHECK(verdict(kT, "INSERT INTO t (b) VALUES (60), (60)", Kind::name, "part") == "named");
  CHECK(verdict(kT, "INSERT INTO t (id) VALUES (1), (1)", Kind::primary_key, "t") == "named");
  CHECK(verdict(kT, "INSERT INTO t (id) VALUES ('x')", Kind::type, "t.id") == "named");
}

TEST_CASE("a rejection by another constraint is no proof", "[rejection]") {
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::check, "b < 100") ==
        "other: CHECK positive");
  CHECK(verdict(kT, "INSERT INTO t (d, e) VALUES (1, 2), (1, 2)", Kind::unique, "t(f)") ==
        "other: UNIQUE de (d, e)");
  CHECK(verdict(kT, "INSERT INTO t (f) VALUES (1), (1)", Kind::name, "de") == "other: UNIQUE t(f)");
  CHECK(verdict(kT, "INSERT INTO t (id) VALUES (1), (1)", Kind::name, "de") ==
        "other: PRIMARY KEY t (id)");
  CHECK(verdict(kT, "INSERT INTO t (c) VALUES (NULL)", Kind::primary_key, "t") ==
        "other: NOT NULL t.c");
  CHECK(verdict(kT, "INSERT INTO t (id) VALUES ('x')", Kind::type, "t.a") ==
        "other: datatype mismatch");
}

TEST_CASE("PRIMARY KEY and UNIQUE on the same columns are told apart by the code", "[rejection]") {
  const char* const schema = "CREATE TABLE p (a PRIMARY KEY, b UNIQUE) WITHOUT ROWID";
  CHECK(verdict(schema, "INSERT INTO p VALUES (1, 1), (1, 2)", Kind::primary_key, "p") == "named");
  CHECK(verdict(schema, "INSERT INTO p VALUES (1, 1), (1, 2)", Kind::unique, "p(b)") ==
        "other: PRIMARY KEY p (a)");
  CHECK(verdict(schema, "INSERT INTO p VALUES (NULL, 1)", Kind::not_null, "p.a") == "named");
}

TEST_CASE("what nothing rejects is accepted", "[rejection]") {
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (1)", Kind::name, "positive") == "accepted 1");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (NULL), (1)", Kind::name, "positive") ==
        "accepted 2");
  CHECK(verdict(kT, "INSERT OR IGNORE INTO t (a) VALUES (0)", Kind::name, "positive") ==
        "accepted 0; OR IGNORE hides the rejection");
  CHECK(verdict(kT,
                "INSERT INTO t (f) VALUES (1);\n"
                "INSERT INTO t (f) VALUES (1) ON CONFLICT DO NOTHING",
                Kind::unique, "t(f)") == "accepted 0; DO NOTHING hides the rejection");
}

TEST_CASE("a constraint that does not exist is answered with those that do", "[rejection]") {
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::name, "positiv") ==
        "unknown; has: positive de part lower_c");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::not_null, "t.a") == "unknown; has: t.c");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::unique, "t(a)") ==
        "unknown; has: t(d, e) t(f) t(b) t(\"(expression)\")");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::primary_key, "u") == "unknown; has: t");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::foreign_key, "t(a)") == "unknown; has:");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::check, "a >= 0") ==
        "unknown; has: a > 0 b < 100");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0)", Kind::trigger, ".") == "unknown; has:");
  CHECK(verdict("CREATE TABLE s(x)", "SELECT 1", Kind::type, "s.y") == "unknown; has: s.x");
}

TEST_CASE("a shadowed CHECK is found behind the one that is reported", "[rejection]") {
  const Migration migration = builtin_migration();
  const auto session = sqlite::apply_migration(migration)->scratch();
  const char* const sql =
      "INSERT INTO channel_configs (channel_id, guild_id) VALUES (-1, -2);"
      "INSERT INTO monitoring_targets (channel_id, target_type, display_name, location_id)"
      " VALUES (-1, 'city', 'x', 7)";
  const Rejection shadowed = reject(*session, sql, {Kind::name, "valid_target_type"});
  CHECK(shadowed.verdict == Verdict::by_named);
  CHECK(shadowed.note ==
        "CHECK target_data_check is reported first; valid_target_type rejects it too");
  CHECK(reject(*session, sql, {Kind::name, "target_data_check"}).verdict == Verdict::by_named);
  // Not everything hides behind a CHECK that is reported: this one is satisfied.
  const Rejection other = reject(*session, sql, {Kind::name, "valid_latitude"});
  CHECK(other.verdict == Verdict::by_other);
  CHECK(other.rejected_by == "CHECK target_data_check");
  // The switch that found it is off again.
  CHECK(reject(*session, sql, {Kind::name, "target_data_check"}).verdict == Verdict::by_named);
}

TEST_CASE("a shadowed CHECK is found with foreign keys on and with quirks in it", "[rejection]") {
  const char* const schema =
      "CREATE TABLE p (id INTEGER PRIMARY KEY);"
      "CREATE TABLE \"odd \"\"t\" (\"select\" INT REFERENCES p, u UNIQUE, CHECK (\"select\" <> 5),"
      " CONSTRAINT small CHECK (\"select\" < 5 -- up to four\n),"
      " CONSTRAINT even CHECK (\"select\" % 2 = 0))";
  CHECK(verdict(schema, "INSERT INTO \"odd \"\"t\" VALUES (5, 1)", Kind::name, "small", true) ==
        "named; CHECK (\"select\" <> 5) is reported first; small rejects it too");
  CHECK(verdict(schema, "INSERT INTO \"odd \"\"t\" VALUES (2, 1), (5, 1)", Kind::name, "even") ==
        "other: CHECK (\"select\" <> 5); UNIQUE \"odd \"\"t\"(u) rejects it too, so even could not "
        "be tried by itself");
}

TEST_CASE("CHECKs with the same message are told apart by the rows", "[rejection]") {
  // SQLite reports both as `CHECK constraint failed: a`.
  const char* const schema = "CREATE TABLE t (a INT, CHECK (\"a\" > 0), CHECK (\"a\" < 10))";
  CHECK(verdict(schema, "INSERT INTO t VALUES (0)", Kind::check, "a > 0") == "named");
  CHECK(verdict(schema, "INSERT INTO t VALUES (0)", Kind::check, "a < 10") ==
        "other: CHECK (\"a\" > 0) or CHECK (\"a\" < 10)");
}

const char* const kKeys =
    "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE q (id INTEGER PRIMARY KEY);"
    "CREATE TABLE c (x, y, z CONSTRAINT to_q REFERENCES q ON DELETE RESTRICT,"
    " FOREIGN KEY (x, y) REFERENCES p (a, b));"
    "CREATE TABLE d (v REFERENCES q DEFERRABLE INITIALLY DEFERRED);"
    "CREATE TABLE w (k PRIMARY KEY, v CONSTRAINT wv REFERENCES q) WITHOUT ROWID;";

TEST_CASE("foreign keys are told apart though SQLite never names them", "[rejection]") {
  const auto keys = [](const char* sql, Kind kind, const char* by) {
    return verdict(kKeys, sql, kind, by, true);
  };
  CHECK(keys("INSERT INTO c (x, y) VALUES (1, 1)", Kind::foreign_key, "c(x, y)") == "named");
  CHECK(keys("INSERT INTO c (x, y) VALUES (1, 1)", Kind::name, "to_q") ==
        "other: FOREIGN KEY c (x, y)");
  CHECK(keys("INSERT INTO c (z) VALUES (1)", Kind::name, "to_q") == "named");
  CHECK(keys("INSERT INTO w VALUES (1, 1)", Kind::name, "wv") == "named");
  // ON DELETE RESTRICT: the same text with the code of a trigger.
  CHECK(keys("INSERT INTO q VALUES (7); INSERT INTO c (z) VALUES (7); DELETE FROM q",
             Kind::foreign_key, "c(z)") == "named");
  CHECK(keys("INSERT INTO q VALUES (7); INSERT INTO c (z) VALUES (7); DELETE FROM q",
             Kind::foreign_key, "d(v)") == "other: FOREIGN KEY to_q c (z)");
  // An ordinary child of a deleted parent.
  CHECK(keys("INSERT INTO q VALUES (7); INSERT INTO w VALUES (1, 7); DELETE FROM q",
             Kind::foreign_key, "w(v)") == "named");
  CHECK(keys("INSERT INTO d VALUES (1)", Kind::foreign_key, "d(v)") ==
        "named; it rejects at COMMIT (deferred)");
  CHECK(keys("INSERT INTO d VALUES (1)", Kind::name, "to_q") == "other: FOREIGN KEY d (v)");
  CHECK(verdict(kKeys, "INSERT INTO c (z) VALUES (1)", Kind::name, "to_q", false) == "accepted 1");
}

TEST_CASE("triggers are recognised by their message, types by their column", "[rejection]") {
  const char* const schema =
      "CREATE TABLE t (a INT); CREATE TABLE s (x INTEGER, y TEXT) STRICT;"
      "CREATE TRIGGER no_big BEFORE INSERT ON t WHEN new.a > 9"
      " BEGIN SELECT RAISE(ABORT, 'too big: 10 or more'); END;"
      "CREATE TRIGGER liar BEFORE INSERT ON t WHEN new.a < 0"
      " BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;"
      "CREATE TRIGGER gone BEFORE INSERT ON t WHEN new.a = 0"
      " BEGIN SELECT RAISE(ROLLBACK, 'zero'); END;";
  CHECK(verdict(schema, "INSERT INTO t VALUES (10)", Kind::trigger, "^too big: \\d+") == "named");
  CHECK(verdict(schema, "INSERT INTO t VALUES (10)", Kind::trigger, "small") ==
        "other: a trigger: too big: 10 or more");
  CHECK(verdict(schema, "INSERT INTO t VALUES (-1)", Kind::trigger, "FOREIGN", true) == "named");
  CHECK(verdict(schema, "INSERT INTO t VALUES (0)", Kind::trigger, "zero") == "named");
  CHECK_THAT(verdict(schema, "INSERT INTO t VALUES (10)", Kind::trigger, "("),
             ContainsSubstring("is no regular expression"));
  CHECK(verdict(schema, "INSERT INTO s VALUES ('x', 'y')", Kind::type, "S.X") == "named");
  CHECK(verdict(schema, "INSERT INTO s VALUES ('x', 'y')", Kind::type, "s.y") ==
        "other: cannot store TEXT value in INTEGER column s.x");
}

TEST_CASE("what is no rejection is an error, not a proof", "[rejection]") {
  CHECK(verdict(kT, "INSERT INTO u VALUES (0)", Kind::name, "positive") ==
        "failed: no such table: u");
  CHECK(verdict(kT, "", Kind::name, "positive") == "failed: there is no statement to reject");
  CHECK(verdict(kT, "ATTACH 'x' AS y", Kind::name, "positive") ==
        "failed: ATTACH is not allowed here");
  CHECK(verdict(kT, "INSERT INTO t (a) VALUES (0); INSERT INTO t (a) VALUES (0)", Kind::name,
                "positive") == "setup: CHECK constraint failed: positive");
  CHECK(verdict(kT, "INSERT INTO t (a) SELECT abs(-9223372036854775807 - 1)", Kind::name,
                "positive") == "failed: integer overflow");
}

TEST_CASE("what reject changes is undone by rollback", "[rejection]") {
  const auto session = scratch_of(kT);
  session->begin(false);
  REQUIRE_FALSE(session->execute("INSERT INTO t (a) VALUES (1)", {}, {}).failure);
  CHECK(session
            ->reject("INSERT INTO t (a) VALUES (2); INSERT INTO t (a) VALUES (0)", {},
                     {Kind::name, "positive"}, {})
            .verdict == Verdict::by_named);
  CHECK(session->rollback());
  CHECK(session->query("SELECT count(*) FROM t", {}, {}).rows.at(0).at(0) ==
        Value(std::int64_t{0}));
  session->begin(false);
  CHECK(session
            ->reject("INSERT OR ROLLBACK INTO t (a) VALUES (:a)", {{"a", std::int64_t{0}}},
                     {Kind::check, "b < 100"}, {})
            .note == "OR ROLLBACK ended the transaction, so nothing else could be tried");
  CHECK_FALSE(session->rollback());
}

// With FAIL the rows before the bad one stay, and must not be there when the statement runs again.
TEST_CASE("a statement that leaves rows is judged by what it did itself", "[rejection]") {
  const char* const two = "INSERT INTO t VALUES (1, 50), (3, 500)";
  const char* const table =
      "CREATE TABLE t (a INT PRIMARY KEY, b INT, CONSTRAINT small CHECK (b < 100),"
      " CONSTRAINT tiny CHECK (b < 10));";
  const auto judge = [&](const std::string& schema, const std::string& sql) {
    const auto session = scratch_of(schema);
    const Rejection rejection = reject(*session, sql, {Kind::name, "tiny"});
    CHECK(session->query("SELECT count(*) FROM t", {}, {}).rows.at(0).at(0) ==
          Value(std::int64_t{0}));
    return rejection;
  };
  for (const std::string& sql : {std::string(two), "INSERT OR FAIL" + std::string(two).substr(6)}) {
    INFO(sql);
    CHECK(judge(table, sql).verdict == Verdict::by_named);
  }
  // Run again on top of its own first row, it would be the key that rejects it.
  const Rejection shadowed = judge(
      "CREATE TABLE t (a INT PRIMARY KEY, b INT, CONSTRAINT small CHECK (b < 100),"
      " CONSTRAINT tiny CHECK (b < 90));",
      "INSERT OR FAIL INTO t VALUES (1, 50), (3, 500)");
  CHECK(shadowed.verdict == Verdict::by_named);
  CHECK(shadowed.note == "CHECK small is reported first; tiny rejects it too");
  const Rejection by_schema = judge(
      "CREATE TABLE t (a INT PRIMARY KEY, b INT, CONSTRAINT small CHECK (b < 100),"
      " CONSTRAINT tiny CHECK (b < 90));"
      "CREATE TRIGGER g AFTER INSERT ON t WHEN new.a = 3 BEGIN SELECT RAISE(FAIL, 'three'); END;",
      "INSERT INTO t VALUES (1, 50), (3, 5)");
  CHECK(by_schema.verdict == Verdict::by_other);
  CHECK(by_schema.rejected_by == "a trigger: three");
}

TEST_CASE("a schema that changes in a check is another one for the next", "[rejection]") {
  const auto session = scratch_of("CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0))");
  const auto rows = [&] {
    session->begin(false);
    const ExecuteOutcome outcome = session->execute("INSERT INTO t VALUES (1)", {}, {});
    CHECK(session->rollback());
    return outcome.failure ? outcome.failure->message : std::to_string(outcome.rows_changed());
  };
  CHECK(rows() == "1");
  session->begin(false);
  CHECK_FALSE(session->execute("ALTER TABLE t RENAME TO u; CREATE TABLE t (a, b)", {}, {}).failure);
  const ExecuteOutcome other = session->execute("INSERT INTO t VALUES (1)", {}, {});
  REQUIRE(other.failure);
  CHECK(other.failure->kind == SqlFailure::Kind::syntax);
  CHECK(session->rollback());
  CHECK(rows() == "1");
  // Foreign keys on and off again: the statements are compiled for each.
  session->begin(true);
  CHECK_FALSE(session->execute("INSERT INTO t VALUES (1)", {}, {}).failure);
  CHECK(session->rollback());
  CHECK(rows() == "1");
  // A user's statement with the words of one of ours has none of its rights.
  session->begin(false);
  CHECK(session->execute("SAVEPOINT \"baseline check\"", {}, {}).failure->kind ==
        SqlFailure::Kind::denied);
  CHECK(session->execute("ROLLBACK", {}, {}).failure->kind == SqlFailure::Kind::denied);
  CHECK(session->rollback());
}

TEST_CASE("an endless statement is stopped in reject too", "[rejection]") {
  const auto session = scratch_of(kT);
  session->begin(false);
  const Rejection rejection = session->reject(
      "INSERT INTO t (a) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM "
      "n "
      "WHERE i < 0",
      {}, {Kind::name, "positive"}, {std::chrono::milliseconds(50), 10});
  CHECK(rejection.verdict == Verdict::failed);
  CHECK(rejection.failure.value().kind == SqlFailure::Kind::timeout);
}

TEST_CASE("a check that changes the schema is judged by its own", "[sqlite][rejection]") {
  const auto session = scratch_of("CREATE TABLE t (a INT CONSTRAINT positive CHECK (a > 0))");
  const auto judge = [&](const std::string& sql, const std::string& by) {
    return reject(*session, sql, {Kind::name, by}).verdict;
  };
  CHECK(judge("INSERT INTO t VALUES (0)", "positive") == Verdict::by_named);
  CHECK(judge("CREATE TABLE u (b INT CONSTRAINT small CHECK (b < 9)); INSERT INTO u VALUES (9)",
              "small") == Verdict::by_named);
  // The same number of changes, another schema; and afterwards the first one again.
  CHECK(judge("CREATE TABLE v (c INT CONSTRAINT even CHECK (c % 2 = 0)); INSERT INTO v VALUES (1)",
              "even") == Verdict::by_named);
  CHECK(judge("INSERT INTO t VALUES (0)", "small") == Verdict::unknown_constraint);
  CHECK(judge("DROP TABLE t; CREATE TABLE t (a INT); INSERT INTO t VALUES (0)", "positive") ==
        Verdict::unknown_constraint);
  CHECK(judge("INSERT INTO t VALUES (0)", "positive") == Verdict::by_named);
}

}  // namespace
}  // namespace baseline::rejection_test
