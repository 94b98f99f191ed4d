#include <string>

#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::cost_test {
namespace {

const char* const kTables = R"(
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, code TEXT, size INT,
                    CONSTRAINT unique_code UNIQUE (kind, code));
CREATE INDEX by_size ON thing (size);
CREATE TABLE label (name TEXT NOT NULL PRIMARY KEY, thing_id INT UNIQUE);
)";

const std::string kHead =
    "version: 1\n"
    "fixtures:\n"
    "  things: |\n"
    "    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)\n"
    "    INSERT INTO thing SELECT i, 'k' || (i % 3), 'c' || i, i % 10 FROM n\n"
    "checks:\n";

std::vector<CheckResult> results(const std::string& check, const std::string& schema = kTables) {
  const LoadedSuites loaded =
      load_texts({kHead + "  - name: x\n    given: things\n    cost: " + check + "\n"}, kTables);
  const auto subject = database_of(schema);
  return run_suites(loaded.suites, Phase::before, *subject, *loaded.reference, {}, nullptr, nullptr)
      .results;
}

std::string outcome(const std::string& check, const std::string& schema = kTables) {
  return summary_of(results(check, schema));
}

TEST_CASE("a statement keeps within its cost", "[checks][cost]") {
  CHECK(outcome("SELECT code FROM thing WHERE kind = 'k1' AND code = 'c7'\n    uses: unique_code\n"
                "    scanned: 0\n    sorted: 0\n    steps: {le: 100}\n    time: 10s") == "pass");
  CHECK(outcome("SELECT * FROM thing WHERE size = 3\n    uses: [by_size]") == "pass");
  CHECK(outcome("SELECT * FROM thing AS t WHERE t.id = 3\n    uses: thing(id)") == "pass");
  CHECK(outcome("SELECT * FROM thing t JOIN label l ON l.thing_id = t.id WHERE l.name = :n\n"
                "    uses: [Label(NAME), 'thing( id )']\n    cases: [{n: a}, {n: b}]") ==
        "pass\npass");
}

TEST_CASE("a statement that costs more says what and shows its plan", "[checks][cost]") {
  CHECK(outcome("SELECT * FROM thing WHERE code = 'c7'\n    scanned: 0") ==
        "fail: expected scanned 0, got scanned 999 rows; plan: SCAN thing");
  CHECK(outcome("SELECT * FROM thing WHERE size = 1 ORDER BY code\n    sorted: 0") ==
        "fail: expected sorted 0, got sorted 1 time; plan: SEARCH thing USING INDEX "
        "by_size (size=?); USE TEMP B-TREE FOR ORDER BY");
  CHECK(outcome("SELECT * FROM thing WHERE code = 'c7'\n    uses: unique_code") ==
        "fail: expected use of unique_code, got uses no index; plan: SCAN "
        "thing");
  CHECK(outcome("SELECT * FROM thing WHERE size = 7\n    uses: [unique_code, by_size]") ==
        "fail: expected use of unique_code, got uses by_size; plan: SEARCH "
        "thing USING INDEX by_size (size=?)");

  const auto steps = results("SELECT * FROM thing\n    steps: {lt: 10}");
  REQUIRE(steps.size() == 1);
  CHECK_THAT(steps[0].got, Catch::Matchers::Matches(R"(steps \d+; plan: SCAN thing)"));
  CHECK_THAT(steps[0].note,
             Catch::Matchers::Matches(
                 R"(counted by SQLite 3\.\d+\.\d+; another version may take other steps)"));

  const auto time = results(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) "
      "SELECT max(i) FROM n\n    time: 1ms\n    severity: warn");
  REQUIRE(time.size() == 1);
  CHECK(time[0].status == Status::warn);
  CHECK(time[0].expected == "time at most 1ms");
  CHECK_THAT(time[0].got,
             Catch::Matchers::Matches(R"(took [\d.]+ms in the fastest of 5 runs; plan: .*)"));
}

TEST_CASE("an index that is missing or a sort that is new is told with all else",
          "[checks][cost]") {
  const std::string without =
      "CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, code TEXT, "
      "size INT); CREATE TABLE label (name TEXT, thing_id INT);";
  const std::string check =
      "SELECT * FROM thing WHERE kind = 'k1' ORDER BY code\n    uses: unique_code\n"
      "    scanned: 0\n    sorted: 0\n    steps: {lt: 50000}";
  CHECK(outcome(check) == "pass");
  CHECK(outcome(check, without) ==
        "fail: expected use of unique_code; scanned 0; sorted 0, got 3 of 4 assertions do not hold "
        "| uses no index; this database has no unique_code\n"
        "scanned 999 rows\n"
        "sorted 1 time\n"
        "plan: SCAN thing; USE TEMP B-TREE FOR ORDER BY");
}

TEST_CASE("an index that lives as long as the statement is a scan", "[checks][cost]") {
  CHECK(outcome("SELECT a.size, b.size FROM thing a JOIN thing b ON a.code = b.code\n"
                "    scanned: {lt: 1000}") ==
        "fail: expected scanned < 1000, got scanned 1998 rows; plan: SCAN a; "
        "SEARCH b USING AUTOMATIC COVERING INDEX (code=?)");
}

TEST_CASE("a statement that writes is measured and undone", "[checks][cost]") {
  const std::string head = kHead +
                           "  - name: delete\n    foreign_keys: off\n    given: things\n"
                           "    cost: DELETE FROM thing WHERE size = 1\n    time: 10s\n"
                           "    severity: warn\n    steps: {gt: 1000}\n    uses: by_size\n"
                           "  - name: insert\n    foreign_keys: off\n    given: things\n"
                           "    cost: INSERT INTO thing VALUES (1, 'a', 'b', 1)\n    steps: 1\n"
                           "  - name: all are there\n    given: things\n"
                           "    query: SELECT count(*) FROM thing\n    value: 1000\n";
  const LoadedSuites loaded = load_texts({head}, kTables);
  const auto subject = database_of(kTables);
  CHECK(summary_of(run_suites(loaded.suites, Phase::before, *subject, *loaded.reference, {},
                              nullptr, nullptr)
                       .results) ==
        "pass\nerror: expected a statement that runs, got PRIMARY KEY thing (id)\npass");
}

TEST_CASE("a fixture or a statement that cannot run is an error", "[checks][cost]") {
  CHECK(outcome("SELECT * FROM thing\n    scanned: 0", "CREATE TABLE other (a);") ==
        "error: expected fixture 'things' to run, got fixture 'things' failed: no such table: "
        "thing");
  CHECK(outcome("SELECT * FROM label\n    scanned: 0",
                "CREATE TABLE thing (id, kind, code, size);") ==
        "error: expected a statement that runs, got no such table: label");
  CHECK(outcome("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) "
                "FROM n\n    steps: 1\n    timeout: 100ms") ==
        "error: expected a statement that runs, got took longer than 100ms and was stopped");
}

TEST_CASE("errors in a cost check", "[checks][cost][load]") {
  struct Wrong {
    std::string text;
    std::string errors;
  };
  const Wrong cases[] = {
      {"SELECT 1",
       "s1.yaml:7:36: error: cost asserts nothing; add 'uses', 'scanned', 'sorted', "
       "'steps' or 'time'"},
      {"SELECT 1; SELECT 2, steps: 1",
       "s1.yaml:7:46: error: cost must be one statement; put what comes before it into a fixture"},
      {"SELECT siz FROM thing, steps: 1",
       "s1.yaml:7:43: error: SQL: no such column: siz; did you mean 'size'?"},
      {"SELECT 1, scanned: -1",
       "s1.yaml:7:55: error: 'scanned' is a count: compare it with whole numbers from 0"},
      {"SELECT 1, sorted: {lt: 1.5}",
       "s1.yaml:7:54: error: 'sorted' is a count: compare it with whole numbers from 0"},
      {"SELECT 1, steps: {le: few}",
       "s1.yaml:7:53: error: 'steps' is a count: compare it with whole numbers from 0"},
      {"SELECT 1, time: 5",
       "s1.yaml:7:52: error: 'time' must be a duration like 500ms, 30s or 5m; got 5 (no unit)"},
      {"SELECT 1, time: 0s", "s1.yaml:7:52: error: 'time' must be longer than 0"},
      {"SELECT 1, uses: unique_cod",
       "s1.yaml:7:52: error: no index or constraint 'unique_cod' in the baseline; did you mean "
       "'unique_code'?"},
      {"SELECT 1, uses: [by_size, sqlite_autoindex_thing_1]",
       "s1.yaml:7:62: error: no index or constraint 'sqlite_autoindex_thing_1' in the baseline"},
      {"SELECT 1, uses: []",
       "s1.yaml:7:52: error: 'uses' must be the name of an index or a list of such; got an empty "
       "list"},
      {"SELECT 1, uses: 5", "s1.yaml:7:52: error: 'uses' must be text; got a number"},
      {"SELECT 1, step: 5, time: 1s",
       "s1.yaml:7:46: error: unknown key 'step' in a cost check; did you mean 'steps'?"},
      {"DELETE FROM thing, steps: 1",
       "s1.yaml:7:36: error: 'foreign_keys: on' or 'off' is needed: what does the app's "
       "connection do?"},
      {"'SELECT :n', steps: 1", "s1.yaml:7:44: error: no case and no var gives ':n'"},
  };
  for (const Wrong& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({kHead + "  - {name: x, given: things, cost: " + wrong.text + "}\n"},
                      kTables) == wrong.errors);
  }
}

TEST_CASE("what a cost check can hardly mean is a warning", "[checks][cost][load]") {
  const auto warnings = [](const std::string& check) {
    return lines_of(
        load_texts({kHead + "  - {name: x, " + check + "}\n"}, kTables).suites.warnings(),
        "warning");
  };
  CHECK(warnings("cost: SELECT * FROM thing, scanned: 0") ==
        std::vector<std::string>{"s1.yaml:7:21: warning: without 'given' the tables are empty, and "
                                 "everything is cheap"});
  CHECK(warnings("cost: SELECT * FROM thing WHERE id = 1, uses: thing(id)").empty());
  CHECK(warnings("given: things, cost: SELECT * FROM thing, time: 1s") ==
        std::vector<std::string>{"s1.yaml:7:63: warning: time differs from machine to machine; use "
                                 "steps, or severity: warn"});
  CHECK(warnings("given: things, cost: SELECT * FROM thing, time: 1s, severity: warn").empty());
  CHECK(warnings("when: after, cost: SELECT * FROM thing, uses: theirs") ==
        std::vector<std::string>{
            "s1.yaml:7:61: warning: no index or constraint 'theirs' in the baseline"});
}

}  // namespace
}  // namespace baseline::cost_test
