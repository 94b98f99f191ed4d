#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <string>

#include "checks/column_name.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::column_test {
namespace {

const char* const kTables = R"(
CREATE TABLE kind (name TEXT PRIMARY KEY, code BIGINT);
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, amount BIGINT, shout AS (upper(kind)));
CREATE TABLE pair (a INT, b TEXT, v, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE loose (rowid TEXT, v);
CREATE TABLE "my table" ("a.b" TEXT, "it's ""x""" INT);
CREATE TABLE folded (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE);
CREATE VIEW seen AS SELECT kind, amount FROM thing;
)";

// The results of one column check on the tables with these rows.
std::string outcome(const std::string& check, const std::string& rows = {},
                    const std::string& schema = kTables) {
  const LoadedSuites loaded =
      load_texts({"version: 1\nchecks:\n  - name: x\n    column: " + check + "\n"}, kTables);
  const auto subject = database_of(schema + rows);
  return summary_of(
      run_suites(loaded.suites, Phase::before, *subject, *loaded.reference, {}, nullptr, nullptr)
          .results);
}

const std::string kThings =
    "INSERT INTO thing (id, kind, amount) VALUES (1, 'a', 1), (7, 'City', '5x'), (8, NULL, NULL), "
    "(9, 'b', 2.5);";

TEST_CASE("each value is held against the matcher", "[checks][column]") {
  const std::string known = "thing.kind\n    each: {in: [a, b]}";
  CHECK(outcome(known) == "pass | 0 values judged");
  CHECK(outcome(known, kThings) ==
        "fail: expected each value of thing.kind: one of 'a', 'b', got 1 of 3 values: id=7 "
        "'City'");
  CHECK(outcome("thing.amount\n    each: {type: integer}", kThings) ==
        "fail: expected each value of thing.amount: type integer, got 2 of 3 values: id=7 '5x', "
        "id=9 2.5");
  CHECK(outcome("thing.amount\n    each: {type: integer}",
                "INSERT INTO thing (amount) VALUES ('5'), (5.0), (-9007199254740993);") == "pass");
  CHECK(outcome("Thing.KIND\n    each: {matches: '^[a-z]+$'}", kThings) ==
        "fail: expected each value of Thing.KIND: text that matches '^[a-z]+$', got 1 of 3 values: "
        "id=7 'City'");
  // Where the column itself is the key, it is not said twice.
  CHECK(outcome("thing.id\n    each: {gt: 5}", kThings) ==
        "fail: expected each value of thing.id: > 5, got 1 of 4 values: id=1");
  CHECK(outcome("thing.shout\n    each: {matches: '^.$'}", kThings) ==
        "fail: expected each value of thing.shout: text that matches '^.$', got 1 of 3 values: "
        "id=7 'CITY'");
}

TEST_CASE("not_null, unique and references show the rows", "[checks][column]") {
  CHECK(outcome("thing.kind\n    not_null: true", kThings) ==
        "fail: expected no NULL in thing.kind, got 1 of 4 values is NULL: id=8");
  CHECK(
      outcome("thing.amount\n    not_null: true",
              "INSERT INTO thing (id) VALUES (3), (2), (4), (5), (6), (7);") ==
      "fail: expected no NULL in thing.amount, got 6 of 6 values are NULL: id=2, id=3, id=4, id=5, "
      "id=6, …");
  CHECK(outcome("thing.id\n    not_null: true\n    unique: true", kThings) == "pass");

  CHECK(outcome("thing.kind\n    unique: true", kThings) == "pass");
  const std::string twice =
      "INSERT INTO thing (id, kind) VALUES (1, 'y'), (9, 'x'), (7, 'x'), (3, 'y'), (4, 'y'), "
      "(5, NULL), (6, NULL), (8, 'X');";
  CHECK(outcome("thing.kind\n    unique: true",
                "INSERT INTO thing (id, kind) VALUES (9, 'x'), (7, 'x'), (8, 'X');") ==
        "fail: expected each value of thing.kind once, got value 'x' occurs 2 times: id=7, id=9");
  CHECK(outcome("thing.kind\n    unique: true", twice) ==
        "fail: expected each value of thing.kind once, got value 'x' occurs 2 times: id=7, id=9; 1 "
        "more value is "
        "not unique");

  const std::string kinds = "INSERT INTO kind VALUES ('a', 1), ('b', 2);";
  CHECK(outcome("thing.kind\n    references: kind.name", kThings + kinds) ==
        "fail: expected each value of thing.kind has a row in kind.name, got 1 of 3 values has no "
        "row in "
        "kind.name: id=7 'City'");
  CHECK(outcome("thing.kind\n    references: kind.name", kThings) ==
        "fail: expected each value of thing.kind has a row in kind.name, got 3 of 3 values have no "
        "row in "
        "kind.name: id=1 'a', id=7 'City', id=9 'b'");
  CHECK(outcome("kind.name\n    references: thing.kind", kThings + kinds) == "pass");
}

TEST_CASE("values are the same as the column has it, and as a foreign key would",
          "[checks][column]") {
  CHECK(outcome("folded.name\n    unique: true",
                "INSERT INTO folded VALUES (1, 'a'), (2, 'A'), (3, 'b');") ==
        "fail: expected each value of folded.name once, got value 'a' occurs 2 times: id=1, id=2");
  // The parent's collation and type count: 'A' is there, and so is the text '1' as a number.
  const std::string rows =
      "INSERT INTO folded VALUES (1, 'a'); INSERT INTO thing (kind) VALUES ('A');"
      "INSERT INTO kind VALUES ('1', 1), ('2', 2); INSERT INTO pair VALUES (1, 'x', '2');";
  CHECK(outcome("thing.kind\n    references: folded.name", rows) == "pass");
  CHECK(outcome("pair.v\n    references: kind.code", rows) == "pass");
  CHECK(outcome("kind.code\n    references: kind.name", rows) == "pass");
}

TEST_CASE("rows are named by their key", "[checks][column]") {
  CHECK(outcome("pair.v\n    each: 1",
                "INSERT INTO pair VALUES (2, 'x', 3), (1, 'x', 1), (1, 'a', x'00');") ==
        "fail: expected each value of pair.v: 1, got 2 of 3 values: (b='a', a=1) x'00', (b='x', "
        "a=2) 3");
  // A column has taken the name rowid.
  CHECK(outcome("loose.v\n    not_null: true", "INSERT INTO loose VALUES ('r', NULL);") ==
        "fail: expected no NULL in loose.v, got 1 of 1 value is NULL: _rowid_=1");
  CHECK(outcome("seen.amount\n    each: {lt: 2}", kThings) ==
        "fail: expected each value of seen.amount: < 2, got 2 of 3 values: ('City', '5x'), ('b', "
        "2.5)");
  CHECK(outcome("seen.amount\n    unique: true\n    not_null: true", kThings) ==
        "fail: expected no NULL in seen.amount, got 1 of 4 values is NULL: (NULL, NULL)");
}

TEST_CASE("names may be quoted", "[checks][column]") {
  CHECK(outcome("'\"my table\".\"a.b\"'\n    not_null: true",
                "INSERT INTO \"my table\" VALUES (NULL, 1);") ==
        "fail: expected no NULL in my table.a.b, got 1 of 1 value is NULL: rowid=1");
  CHECK(outcome("'[my table].\"it''s \"\"x\"\"\"'\n    each: 2\n    references: '`my table`.[a.b]'",
                "INSERT INTO \"my table\" VALUES ('1', 1);") ==
        "fail: expected each value of my table.it's \"x\": 2, got 1 of 1 value: rowid=1 1");
  for (const char* wrong : {"a", "a.", ".a", "a.b.c", "a b.c", "\"a.b", "a.\"b\"c", "a .b", "",
                            "a(", "a(b", "a()", "a(b,)", "a(b c)", "a(b)c", "a(b, c))"}) {
    INFO(wrong);
    CHECK_FALSE(parse_column(wrong));
  }
}

TEST_CASE("a condition leaves rows out of every assertion", "[checks][column][where]") {
  const std::string rows =
      "INSERT INTO kind VALUES ('a', 1); INSERT INTO thing (id, kind, amount) VALUES (1, 'a', 1), "
      "(2, 'a', 2), (3, 'b', NULL), (4, 'c', 2);";
  CHECK(outcome("thing.kind\n    where: id > 1\n    unique: true", rows) == "pass");
  CHECK(outcome("thing.kind\n    where: id < 3\n    unique: true", rows) ==
        "fail: expected each value of thing.kind once, got value 'a' occurs 2 times: id=1, id=2");
  CHECK(outcome("thing.amount\n    where: kind = 'b' -- of them\n    not_null: true", rows) ==
        "fail: expected no NULL in thing.amount, got 1 of 1 value is NULL: id=3");
  CHECK(outcome("thing.amount\n    where: kind <> 'b'\n    not_null: true", rows) == "pass");
  CHECK(outcome("thing.amount\n    where: kind = 'c'\n    each: 1", rows) ==
        "fail: expected each value of thing.amount: 1, got 1 of 1 value: id=4 2");
  // `kind` is a table, too, and `name` a column of the parent's only.
  CHECK(outcome("thing.kind\n    where: kind <> 'b'\n    references: kind.name", rows) ==
        "fail: expected each value of thing.kind has a row in kind.name, got 1 of 3 values has no "
        "row in kind.name: id=4 'c'");
  CHECK(outcome("thing.kind\n    where: id > 9\n    unique: true", rows) ==
        "pass | 0 values judged");
}

TEST_CASE("errors of a condition have their place", "[checks][column][where]") {
  const auto error = [](const std::string& keys) {
    return load_errors({"version: 1\nvars: {LEAST: 1}\nchecks:\n  - name: x\n"
                        "    column: thing.kind\n    unique: true\n    " +
                        keys + "\n"},
                       kTables);
  };
  CHECK(error("where: amount >= :LEAST") == "no error");
  CHECK(error("where: amont = 1") ==
        "s1.yaml:7:12: error: SQL: no such column: amont; did you mean 'amount'?");
  CHECK(error("where: id = :NONE") == "s1.yaml:7:17: error: no case and no var gives ':NONE'");
  CHECK(error("where: id = 1); SELECT (1") ==
        "s1.yaml:7:12: error: 'where' is one condition, like: status = 'open'");
  CHECK(error("where: ''") == "s1.yaml:7:12: error: 'where' is empty");
}

TEST_CASE("values of several columns belong together", "[checks][column][several]") {
  const std::string rows =
      "INSERT INTO thing (id, kind, amount) VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', NULL), "
      "(4, 'b', NULL);";
  CHECK(outcome("thing(kind, amount)\n    unique: true", rows) == "pass");
  CHECK(
      outcome("thing( kind , amount )\n    unique: true",
              rows + "INSERT INTO thing (id, kind, amount) VALUES (5, 'a', 2), (6, 'a', 1);") ==
      "fail: expected each value of thing (kind, amount) once, got value ('a', 1) occurs 2 times: "
      "id=1, id=6; 1 more value is not unique");
  const std::string parents = "INSERT INTO pair (b, a) VALUES ('a', 1), ('a', 2);";
  CHECK(outcome("thing(kind, amount)\n    references: pair(b, a)", rows + parents) == "pass");
  CHECK(outcome("thing(kind, amount)\n    references: pair(b, a)",
                rows + "INSERT INTO pair (b, a) VALUES ('a', 1), ('b', 2);") ==
        "fail: expected each value of thing (kind, amount) has a row in pair (b, a), got 1 of 2 "
        "values has no row in pair (b, a): id=2 ('a', 2)");
  CHECK(outcome("thing(kind, amount)\n    unique: true",
                "INSERT INTO thing (kind) VALUES ('a'), ('a');") == "pass | 0 values judged");
  const auto error = [](const std::string& check) {
    return load_errors({"version: 1\nchecks:\n  - name: x\n    column: " + check + "\n"}, kTables);
  };
  CHECK(
      error("thing(kind, amount)\n    each: 1") ==
      "s1.yaml:4:13: error: 'each' and 'not_null' are for one column; of several, say 'unique' or "
      "'references'");
  CHECK(
      error("thing(kind, amount)\n    references: kind.name") ==
      "s1.yaml:5:17: error: thing (kind, amount) refers to kind.name, and must to as many columns");
  CHECK(error("thing(kind, amont)\n    unique: true") ==
        "s1.yaml:4:25: error: 'thing' has no column 'amont'; did you mean 'amount'?");
}

TEST_CASE("all assertions that do not hold are told", "[checks][column]") {
  CHECK(outcome("thing.kind\n    each: {in: [a, b]}\n    not_null: true\n    unique: true\n"
                "    references: kind.name",
                kThings) ==
        "fail: expected each value of thing.kind: one of 'a', 'b'; no NULL in thing.kind; each "
        "value of thing.kind has a row in "
        "kind.name, got 3 of 4 assertions do not hold | 1 of 3 values: id=7 'City'\n"
        "1 of 4 values is NULL: id=8\n"
        "3 of 3 values have no row in kind.name: id=1 'a', id=7 'City', id=9 'b'");
}

TEST_CASE("a table of any size is judged whole", "[checks][column]") {
  const std::string many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
      "INSERT INTO thing (id, kind, amount) SELECT i, iif(i = 19999, 'bad', 'k' || i), "
      "iif(i = 20000, 1, i) FROM n;"
      "INSERT INTO kind SELECT kind, amount FROM thing WHERE id <> 15000;";
  CHECK(outcome("thing.kind\n    each: {matches: '^k'}\n    unique: true\n    not_null: true",
                many) ==
        "fail: expected each value of thing.kind: text that matches '^k', got 1 of 20 000 values: "
        "id=19999 "
        "'bad'");
  CHECK(
      outcome("thing.amount\n    unique: true", many) ==
      "fail: expected each value of thing.amount once, got value 1 occurs 2 times: id=1, id=20000");
  // Neither side has an index that helps.
  CHECK(outcome("thing.amount\n    references: kind.code", many) ==
        "fail: expected each value of thing.amount has a row in kind.code, got 1 of 20 000 values "
        "has no row in "
        "kind.code: id=15000 15000");
}

TEST_CASE("values that are too long are cut", "[checks][column]") {
  const std::string result =
      outcome("thing.kind\n    each: x",
              "INSERT INTO thing (id, kind) VALUES (1, printf('%.*c', 20000000, 'a'));");
  CHECK(result == "fail: expected each value of thing.kind: 'x', got 1 of 1 value: id=1 '" +
                      std::string(56, 'a') + "…");
}

TEST_CASE("a column that is not there cannot be evaluated", "[checks][column]") {
  CHECK(outcome("thing.kind\n    not_null: true", "", "CREATE TABLE other (a);") ==
        "error: expected no NULL in thing.kind, got no such table: thing");
  CHECK(outcome("thing.kind\n    not_null: true\n    references: kind.name",
                "INSERT INTO thing VALUES (1, NULL);",
                "CREATE TABLE thing (id INTEGER PRIMARY KEY, kind);") ==
        "error: expected each value of thing.kind has a row in kind.name, got no such table: kind "
        "| 1 of 1 value "
        "is NULL: id=1");
  CHECK(outcome("thing.kind\n    each: a\n    timeout: 1ms",
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
                "INSERT INTO thing (kind) SELECT i FROM n;") ==
        "error: expected each value of thing.kind: 'a', got took longer than 1ms and was stopped");
}

TEST_CASE("a column check reads the live database while it is in use", "[checks][column]") {
  const TempDir dir;
  const auto path = dir.path() / "app.db";
  SQLite::Database application(path.native(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  application.exec("PRAGMA journal_mode = WAL");
  application.exec(kTables);
  application.exec("INSERT INTO thing (kind) VALUES ('a'), ('bad')");
  const LoadedSuites loaded = load_texts(
      {"version: 1\nchecks:\n  - {name: x, column: thing.kind, each: a, unique: true}\n"}, kTables);
  const auto live = sqlite::open_live(path);
  const auto run = [&] {
    return summary_of(
        run_suites(loaded.suites, Phase::after, *live, *loaded.reference, {}, nullptr, nullptr)
            .results);
  };
  CHECK(run() == "fail: expected each value of thing.kind: 'a', got 1 of 2 values: id=2 'bad'");
  // What is not committed is not seen, and nobody waits.
  application.exec("BEGIN IMMEDIATE; DELETE FROM thing WHERE kind = 'bad'");
  CHECK(run() == "fail: expected each value of thing.kind: 'a', got 1 of 2 values: id=2 'bad'");
  application.exec("COMMIT");
  CHECK(run() == "pass");
}

TEST_CASE("errors in a column check", "[checks][column][load]") {
  struct Wrong {
    std::string text;
    std::string errors;
  };
  const Wrong cases[] = {
      {"thing.kind",
       "s1.yaml:3:23: error: column asserts nothing; add 'each', 'not_null', "
       "'unique' or 'references'"},
      {"thng.kind, unique: true",
       "s1.yaml:3:23: error: no table 'thng' in the baseline; did you mean 'thing'?"},
      {"thing.knd, unique: true",
       "s1.yaml:3:29: error: 'thing' has no column 'knd'; did you mean 'kind'?"},
      {"THING.Id.x, unique: true",
       "s1.yaml:3:23: error: 'column' is written as table.column or table(a, b), with \"…\" around "
       "a name that is "
       "more than letters, digits and _; got 'THING.Id.x'"},
      {"5, unique: true", "s1.yaml:3:23: error: 'column' must be text; got a number"},
      {"thing.kind, references: kind.nam",
       "s1.yaml:3:52: error: 'kind' has no column 'nam'; did you mean 'name'?"},
      {"thing.kind, references: knd.name",
       "s1.yaml:3:47: error: no table 'knd' in the baseline; did you mean 'kind'?"},
      {"thing.kind, references: kind",
       "s1.yaml:3:47: error: 'references' is written as table.column or table(a, b), with \"…\" "
       "around a name "
       "that is more than letters, digits and _; got 'kind'"},
      {"thing.kind, unique: false",
       "s1.yaml:3:43: error: 'unique' can only be true; without it, unique is not asserted"},
      {"thing.kind, not_null: 1",
       "s1.yaml:3:45: error: 'not_null' can only be true; without it, not_null is not asserted"},
      {"thing.kind, not_null: yes, unique: [true]",
       "s1.yaml:3:45: error: 'not_null' can only be true; without it, not_null is not asserted\n"
       "s1.yaml:3:58: error: 'unique' can only be true; without it, unique is not asserted"},
      {"thing.kind, each: {not: null}",
       "s1.yaml:3:41: error: 'each' leaves out NULLs, so this asserts nothing; use not_null"},
      {"thing.kind, each: {typ: text}",
       "s1.yaml:3:42: error: unknown key 'typ' in a matcher; did you mean 'type'?"},
      {"thing.kind, uniqe: true, each: a",
       "s1.yaml:3:35: error: unknown key 'uniqe' in a column check; did you mean 'unique'?"},
      {"thing.kind, each: a, given: f",
       "s1.yaml:3:44: error: unknown key 'given' in a column check"},
  };
  for (const Wrong& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({"version: 1\nchecks:\n  - {name: x, column: " + wrong.text + "}\n"},
                      kTables) == wrong.errors);
  }
}

TEST_CASE("a table that the application makes is a warning in a column check that is only after",
          "[checks][column][load]") {
  const std::string suite =
      "version: 1\nchecks:\n"
      "  - {name: x, when: after, column: lock.owner, not_null: true, references: thng.kind}\n";
  const LoadedSuites loaded = load_texts({suite}, kTables);
  CHECK(lines_of(loaded.suites.warnings(), "warning") ==
        std::vector<std::string>{
            "s1.yaml:3:36: warning: no table 'lock' in the baseline",
            "s1.yaml:3:76: warning: no table 'thng' in the baseline; did you mean 'thing'?"});
  const auto made = database_of(std::string(kTables) +
                                "CREATE TABLE lock (owner); INSERT INTO lock VALUES (NULL);"
                                "CREATE TABLE thng (kind);");
  CHECK(summary_of(
            run_suites(loaded.suites, Phase::after, *made, *loaded.reference, {}, nullptr, nullptr)
                .results) ==
        "fail: expected no NULL in lock.owner, got 1 of 1 value is NULL: rowid=1");
}

}  // namespace
}  // namespace baseline::column_test
