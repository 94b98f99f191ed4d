
#include <cstdlib>
#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::load_errors_test {
namespace {

struct WrongSuite {
  std::string text;
  std::string errors;
};

// The checks start at line 4 of the file (suite_of).
const std::string kGood = "  - {name: good, query: SELECT 1, value: 1}\n";

TEST_CASE("errors of a suite file", "[checks][load]") {
  const WrongSuite cases[] = {
      {"version: 2\nnonsense: 1\n",
       "s1.yaml:1:10: error: version 2 is newer than this program (reads 1)"},
      {"version: 0\nchecks:\n" + kGood,
       "s1.yaml:1:10: error: there is no version 0; write version: 1"},
      {"checks:\n" + kGood, "s1.yaml:1:1: error: 'version' is missing; write version: 1"},
      {"version: one\nchecks:\n" + kGood,
       "s1.yaml:1:10: error: 'version' must be a whole number; got text"},
      {"version: 1\n",
       "s1.yaml:1:1: error: 'checks' is missing: a suite without checks proves nothing"},
      {"version: 1\nchecks: []\n",
       "s1.yaml:2:9: error: 'checks' must be a non-empty list of checks; got an empty list"},
      {"version: 1\nchecks:\n",
       "s1.yaml:2:1: error: 'checks' must be a non-empty list of checks; got nothing"},
      {"version: 1\nchecks: [5]\n", "s1.yaml:2:10: error: a check must be a map; got a number"},
      {"version: 1\ncheck:\n" + kGood,
       "s1.yaml:1:1: error: 'checks' is missing: a suite without checks proves nothing\n"
       "s1.yaml:2:1: error: unknown key 'check' in a suite; did you mean 'checks'?"},
      {"[1]", "s1.yaml:1:1: error: a suite must be a map; got a list"},
      {"version: 1\nforeign_keys: yes\nchecks:\n" + kGood,
       "s1.yaml:2:15: error: 'foreign_keys' must be on or off; got 'yes'"},
      {"version: 1\nforeign_keys: true\nchecks:\n" + kGood,
       "s1.yaml:2:15: error: 'foreign_keys' must be on or off; got 'true'"},
      {"version: 1\nvars: {a b: 1, c: [1]}\nchecks:\n" + kGood,
       "s1.yaml:2:8: error: var 'a b' is no name: letters, digits and _ only\n"
       "s1.yaml:2:19: error: 'c' must be a text or number; got a list"},
      {"version: 1\nfixtures: {one: INSERT INTO shp VALUES (1)}\nchecks:\n" + kGood,
       "s1.yaml:2:17: error: SQL: no such table: shp; did you mean 'shop'?"},
      {"version: 1\nchecks:\n  - {name: a, accepts: DELETE FROM shop}\n"
       "  - {name: b, accepts: DELETE FROM item}\n",
       "s1.yaml:3:15: error: 'foreign_keys: on' or 'off' is needed: what does the app's "
       "connection do?"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({wrong.text}) == wrong.errors);
  }
}

TEST_CASE("errors in the keys of every check", "[checks][load]") {
  const WrongSuite cases[] = {
      {"  - {query: SELECT 1, value: 1}\n",
       "s1.yaml:4:5: error: 'name' is missing: reports and --only need it"},
      {"  - {name: ' ', query: SELECT 1, value: 1}\n", "s1.yaml:4:12: error: 'name' is empty"},
      {"  - {name: 7, query: SELECT 1, value: 1}\n",
       "s1.yaml:4:12: error: 'name' must be text; got a number"},
      {"  - {name: \"a\\nb\", query: SELECT 1, value: 1}\n",
       "s1.yaml:4:12: error: 'name' must be on one line"},
      {kGood + kGood, "s1.yaml:5:12: error: name 'good' is already used at 4:12"},
      {"  - name: x\n",
       "s1.yaml:4:5: error: check has no kind; add one of schema, query, column, accepts, rejects, "
       "cost, log, command"},
      {"  - {name: x, qeury: SELECT 1, value: 1}\n",
       "s1.yaml:4:15: error: unknown key 'qeury' in a check; did you mean 'query'?"},
      {"  - {name: x, valeu: 1}\n",
       "s1.yaml:4:5: error: check has no kind; add one of schema, query, column, accepts, rejects, "
       "cost, log, command\n"
       "s1.yaml:4:15: error: unknown key 'valeu' in a check; did you mean 'value'?"},
      {"  - name: x\n    accepts: DELETE FROM item\n    rejects: DELETE FROM item\n",
       "s1.yaml:4:5: error: check has two kinds, 'accepts' (5:5) and 'rejects' (6:5); split it"},
      {"  - {name: x, rejects: DELETE FROM item, by: a, severty: warn}\n",
       "s1.yaml:4:49: error: unknown key 'severty' in a rejects check; did you mean 'severity'?"},
      {"  - {name: x, accepts: DELETE FROM item, wait: 5s}\n",
       "s1.yaml:4:42: error: 'wait' is not for accepts: its result cannot change"},
      {"  - {name: x, schema: baseline, given: a}\n",
       "s1.yaml:4:33: error: unknown key 'given' in a schema check"},
      {"  - {name: x, query: SELECT 1, value: 1, skip: true}\n",
       "s1.yaml:4:48: error: 'skip' takes the reason as text"},
      {"  - {name: x, query: SELECT 1, value: 1, skip: ''}\n",
       "s1.yaml:4:48: error: 'skip' is empty"},
      {"  - {name: x, query: SELECT 1, value: 1, timeout: 30}\n",
       "s1.yaml:4:51: error: 'timeout' must be a duration like 500ms, 30s or 5m; got 30 (no unit)"},
      {"  - {name: x, query: SELECT 1, value: 1, timeout: 0s}\n",
       "s1.yaml:4:51: error: 'timeout' must be longer than 0"},
      {"  - {name: x, query: SELECT 1, value: 1, when: never}\n",
       "s1.yaml:4:48: error: 'when' must be before, after or both; got 'never'"},
      {"  - {name: x, query: SELECT 1, value: 1, severity: warning}\n",
       "s1.yaml:4:52: error: 'severity' must be error or warn; got 'warning'"},
      {"  - {name: x, query: SELECT 1, value: 1, tags: []}\n",
       "s1.yaml:4:48: error: 'tags' must be a non-empty list of texts; got an empty list"},
      {"  - {name: x, query: SELECT 1, value: 1, hint: 5}\n",
       "s1.yaml:4:48: error: 'hint' must be text; got a number"},
      {"  - {name: x, query: SELECT 1, value: 1, given: []}\n",
       "s1.yaml:4:49: error: 'given' must be a fixture or a list of fixtures; got an empty list"},
      {"  - {name: x, query: SELECT 1, value: 1, foreign_keys: on}\n",
       "s1.yaml:4:56: error: 'foreign_keys' changes nothing in a query without 'given'"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({suite_of(wrong.text)}) == wrong.errors);
  }
}

TEST_CASE("errors in the SQL and the expectations", "[checks][load]") {
  const WrongSuite cases[] = {
      {"  - {name: x, query: SELECT 1}\n",
       "s1.yaml:4:22: error: query asserts nothing; add 'value', 'rows' or 'result'"},
      {"  - {name: x, query: '-- nothing', rows: 0}\n",
       "s1.yaml:4:22: error: 'query' holds no SQL statement"},
      {"  - {name: x, query: 5, rows: 0}\n",
       "s1.yaml:4:22: error: 'query' must be text; got a number"},
      {"  - {name: x, query: SELECT 1; SELECT 2, rows: 0}\n",
       "s1.yaml:4:22: error: query must be one read-only statement (sqlite3_stmt_readonly)"},
      {"  - {name: x, query: DELETE FROM item, rows: 0}\n",
       "s1.yaml:4:22: error: query must be one read-only statement (sqlite3_stmt_readonly)"},
      {"  - name: x\n    rows: 0\n    query: |\n      SELECT id\n        FROM item WHERE pric > "
       "1\n",
       "s1.yaml:8:25: error: SQL: no such column: pric; did you mean 'price'?"},
      {"  - {name: x, query: SELEC 1, rows: 0}\n",
       "s1.yaml:4:22: error: SQL: near \"SELEC\": syntax error"},
      {"  - {name: x, query: SELECT 1, rows: -1}\n",
       "s1.yaml:4:38: error: 'rows' is a count: compare it with whole numbers from 0"},
      {"  - {name: x, query: SELECT 1, rows: {ge: 0}}\n",
       "s1.yaml:4:38: error: 'rows' matches every count, so it asserts nothing"},
      {"  - {name: x, query: SELECT 1, rows: {not: {lt: 0}}}\n",
       "s1.yaml:4:38: error: 'rows' matches every count, so it asserts nothing"},
      {"  - {name: x, query: SELECT 1, rows: none}\n",
       "s1.yaml:4:38: error: 'rows' is a count: compare it with whole numbers from 0"},
      {"  - {name: x, query: SELECT 1, value: }\n",
       "s1.yaml:4:32: error: 'value' is empty; write null if you mean NULL"},
      {"  - {name: x, query: SELECT 1, value: {}}\n",
       "s1.yaml:4:39: error: 'value' must be a value or a map of operators; got an empty map"},
      {"  - {name: x, query: SELECT 1, value: {gte: 5}}\n",
       "s1.yaml:4:40: error: unknown key 'gte' in a matcher; did you mean 'gt'?"},
      {"  - {name: x, query: SELECT 1, value: {in: []}}\n",
       "s1.yaml:4:44: error: 'in' must be a non-empty list of values; got an empty list"},
      {"  - {name: x, query: SELECT 1, value: {matches: '('}}\n",
       "s1.yaml:4:49: error: 'matches' is no regular expression: missing ): ("},
      {"  - {name: x, query: SELECT 1, value: {type: int}}\n",
       "s1.yaml:4:46: error: 'type' must be integer, real, text or blob; got 'int'"},
      {"  - {name: x, query: SELECT 1, result: []}\n",
       "s1.yaml:4:40: error: 'result' is empty; for no rows write rows: 0"},
      {"  - {name: x, query: SELECT 1, result: 1}\n",
       "s1.yaml:4:40: error: 'result' must be a list of rows; got a number"},
      {"  - {name: x, query: SELECT 1, value: {lt: null}}\n",
       "s1.yaml:4:44: error: 'lt' must be a number or text; got nothing"},
      {"  - {name: x, query: SELECT 1, value: {in: [1, [2]]}}\n",
       "s1.yaml:4:48: error: 'in' must be a list of values; got a list"},
      {"  - {name: x, query: SELECT 1, value: {contains: 5}}\n",
       "s1.yaml:4:50: error: 'contains' must be text; got a number"},
      {"  - {name: x, query: SELECT 1, value: {not: {}}}\n",
       "s1.yaml:4:45: error: 'not' must be a value or a map of operators; got an empty map"},
      {"  - {name: x, query: SELECT 1, result: [1]}\n",
       "s1.yaml:4:41: error: a row of 'result' must be a list of values like [a, 1]"},
      {"  - {name: x, query: SELECT 1, result: [[1], [1, 2]]}\n",
       "s1.yaml:4:46: error: row 2 of 'result' has 2 values, the first has 1"},
      {"  - {name: x, accepts: SELECT 1}\n",
       "s1.yaml:4:24: error: accepts writes nothing, so it asserts nothing; use 'query'"},
      {"  - {name: x, accepts: COMMIT}\n", "s1.yaml:4:24: error: SQL: COMMIT is not allowed here"},
      {"  - {name: x, accepts: ATTACH 'x' AS y}\n",
       "s1.yaml:4:24: error: SQL: ATTACH is not allowed here"},
      {"  - {name: x, accepts: PRAGMA foreign_keys = on}\n",
       "s1.yaml:4:24: error: SQL: PRAGMA foreign_keys is not allowed here"},
      {"  - {name: x, schema: basline}\n",
       "s1.yaml:4:23: error: 'schema' must be baseline or the path of a .sql file; got 'basline'; "
       "did you mean 'baseline'?"},
      {"  - {name: x, schema: nowhere.sql}\n",
       "s1.yaml:4:23: error: cannot read nowhere.sql: No such file or directory"},
      {"  - {name: x, schema: '${BASELINE_NOT_SET}/a.sql'}\n",
       "s1.yaml:4:24: error: ${BASELINE_NOT_SET} is not set: give it in 'vars', or pass it on with "
       "'environment: [BASELINE_NOT_SET]' in baseline.yaml"},
      {"  - {name: x, schema: '${a.sql'}\n",
       "s1.yaml:4:24: error: '${' starts a name like ${HOME}; write $$ for a $"},
      {"  - {name: x, schema: baseline, ignore: ['*']}\n",
       "s1.yaml:4:41: error: '*' would ignore the whole schema"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({suite_of(wrong.text)}) == wrong.errors);
  }
}

TEST_CASE("errors in 'by'", "[checks][load]") {
  const WrongSuite cases[] = {
      {"", "s1.yaml:4:24: error: 'by' is missing: name the constraint that must reject"},
      {", by: 5", "s1.yaml:4:46: error: 'by' must be text; got a number"},
      {", by: {}", "s1.yaml:4:46: error: 'by' names one constraint; got 0 keys"},
      {", by: {check: a, type: b.c}", "s1.yaml:4:46: error: 'by' names one constraint; got 2 keys"},
      {", by: {not_nul: a.b}",
       "s1.yaml:4:47: error: unknown key 'not_nul' in 'by'; did you mean 'not_null'?"},
      {", by: {not_null: price}",
       "s1.yaml:4:57: error: 'not_null' is written as table.column; got 'price'"},
      {", by: {unique: item}",
       "s1.yaml:4:55: error: 'unique' is written as table(column, …); got 'item'"},
      {", by: {trigger: '('}",
       "s1.yaml:4:56: error: 'trigger' is no regular expression: missing ): ("},
      {", by: {foreign_key: item(shop_id)}",
       "s1.yaml:4:46: error: foreign_keys is off here, as you say the app has it, so no foreign "
       "key "
       "can reject; set it on for this check or use 'column … references'"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({suite_of("  - {name: x, rejects: DELETE FROM item" + wrong.text + "}\n")}) ==
          wrong.errors);
  }
  CHECK(load_errors({suite_of("  - {name: x, rejects: DELETE FROM item; SELECT 1, by: a}\n")}) ==
        "s1.yaml:4:42: error: the last statement only reads, so no constraint can reject it");
}

TEST_CASE("errors in cases, fixtures and parameters", "[checks][load]") {
  const std::string head =
      "version: 1\nforeign_keys: off\nvars: {port: 1}\n"
      "fixtures: {channel: 'INSERT INTO shop VALUES (:id, ''x'')'}\nchecks:\n";
  const WrongSuite cases[] = {
      {"  - {name: x, query: 'SELECT :lat, :lon', rows: 1, cases: [{lat: 1, lon: 2}, {lat: 2, lon: "
       "1, lng: 3}]}\n",
       "s1.yaml:6:95: error: case 2 gives 'lng', which no SQL uses; did you mean ':lon'?"},
      {"  - {name: x, query: 'SELECT :lat, :lon', rows: 1, cases: [{lat: 1}]}\n",
       "s1.yaml:6:60: error: case 1 does not give ':lon', which the SQL uses"},
      {"  - {name: x, query: 'SELECT :prot', rows: 1}\n",
       "s1.yaml:6:30: error: no case and no var gives ':prot'; did you mean ':port'?"},
      {"  - {name: x, query: 'SELECT ?', rows: 1}\n",
       "s1.yaml:6:23: error: '?' has no name; write :name and give it in 'cases' or 'vars'"},
      {"  - {name: x, query: SELECT 1, rows: 1, cases: []}\n",
       "s1.yaml:6:48: error: 'cases' must be a non-empty list of maps; got an empty list"},
      {"  - {name: x, query: SELECT 1, rows: 1, cases: [{}, 5]}\n",
       "s1.yaml:6:49: error: case 1 must be a map of values; got an empty map\n"
       "s1.yaml:6:53: error: case 2 must be a map of values; got a number"},
      {"  - {name: x, query: 'SELECT :a', rows: 1, cases: [{a: [1]}]}\n",
       "s1.yaml:6:56: error: 'a' must be a value; got a list"},
      {"  - {name: x, query: 'SELECT :a', rows: 1, cases: [{a: 1}, {a: 1}]}\n",
       "s1.yaml:6:60: error: case 2 gives the same values as case 1"},
      {"  - {name: x, query: 'SELECT :a, :b', rows: 1, cases: [{a: 1, b: 2}, {b: 2, a: 1}]}\n",
       "s1.yaml:6:70: error: case 2 gives the same values as case 1"},
      {"  - {name: x, given: chanel, query: SELECT 1, rows: 1}\n",
       "s1.yaml:6:22: error: unknown fixture 'chanel'; did you mean 'channel'?"},
      {"  - {name: x, given: [channel, channel], query: SELECT 1, rows: 1, cases: [{id: 1}]}\n",
       "s1.yaml:6:32: error: fixture 'channel' is given twice"},
      {"  - {name: x, given: channel, query: SELECT 1, rows: 1}\n",
       "s1.yaml:4:21: error: no case and no var gives ':id'"},
      {"  - {name: x, query: 'SELECT :port', value: 1}\n", "no error"},
      {"  - {name: x, given: channel, query: SELECT 1, rows: 1, cases: [{id: 1}]}\n", "no error"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({head + wrong.text}) == wrong.errors);
  }
}

TEST_CASE("what YAML would take silently is an error of the suite", "[checks][load]") {
  const WrongSuite cases[] = {
      {"version: 1\nchecks: [5\n", "s1.yaml:3:1: error: YAML: end of sequence flow not found"},
      {"version: 1\nchecks:\n" + kGood + "checks:\n" + kGood,
       "s1.yaml:4:1: error: duplicate key 'checks' (first at 2:1); YAML would keep only one"},
      {suite_of("  - {name: x, <<: {rows: 0}, query: SELECT 1, value: 1}\n"),
       "s1.yaml:4:15: error: '<<' is not YAML 1.2; repeat the keys (an alias to a text is fine)"},
      {suite_of("  - {name: x, query: SELECT 1, value: &x {ge: 1}}\n"
                "  - {name: y, query: SELECT 1, value: *x}\n"),
       "s1.yaml:5:39: error: alias '*x' names a map or list; an alias may only name a scalar"},
      {suite_of(kGood) + "---\n" + suite_of(kGood),
       "s1.yaml:5:1: error: a second YAML document starts here; use a second file"},
      {suite_of("  - {name: x, accepts: DELETE FROM item, by: a}\n"),
       "s1.yaml:4:42: error: unknown key 'by' in an accepts check"},
      {suite_of("  - {name: x, query: SELECT 1, value: 1, tags: [null]}\n"),
       "s1.yaml:4:49: error: 'tags' must be text; got nothing"},
      {"", "s1.yaml:1:1: error: the file is empty"},
  };
  for (const WrongSuite& wrong : cases) {
    INFO(wrong.text);
    CHECK(load_errors({wrong.text}) == wrong.errors);
  }
}

TEST_CASE("all errors of all files come at once and in order", "[checks][load]") {
  const std::string first = suite_of(
      "  - {name: a, query: SELECT nope, rows: 0}\n  - {name: b, query: SELECT 1}\n"
      "  - {name: c, severty: warn, query: SELECT 1, rows: x}\n");
  CHECK(load_errors({first, "version: 1\nchecks: []\n"}) ==
        "s1.yaml:4:29: error: SQL: no such column: nope; did you mean 'name'?\n"
        "s1.yaml:5:22: error: query asserts nothing; add 'value', 'rows' or 'result'\n"
        "s1.yaml:6:15: error: unknown key 'severty' in a query check; did you mean 'severity'?\n"
        "s1.yaml:6:53: error: 'rows' is a count: compare it with whole numbers from 0\n"
        "s2.yaml:2:9: error: 'checks' must be a non-empty list of checks; got an empty list");
}

TEST_CASE("a table that the application makes is a warning in an after-only check",
          "[checks][load]") {
  const LoadedSuites loaded =
      load_texts({suite_of("  - {name: x, when: after, query: SELECT * FROM lock, rows: 0}\n")});
  REQUIRE(loaded.suites.warnings().size() == 1);
  CHECK(loaded.suites.warnings()[0].text("warning") ==
        "s1.yaml:4:35: warning: SQL: no such table: lock");
}

TEST_CASE("suites are read by name, and two of one name are refused", "[checks][load]") {
  const TempDir dir;
  CHECK_THROWS_WITH(read_suites({dir.path()}), ContainsSubstring("holds no suite"));
  CHECK_THROWS_WITH(read_suites({dir.path() / "no.yaml"}),
                    ContainsSubstring("no.yaml: No such file or directory"));
  std::ofstream(dir.path() / "b.yaml") << suite_of(kGood);
  std::ofstream(dir.path() / "a.yml") << suite_of(kGood);
  std::ofstream(dir.path() / "c.txt") << "no suite";
  const auto sources = read_suites({dir.path()});
  REQUIRE(sources.size() == 2);
  CHECK(sources[0].file == dir.path() / "a.yml");
  const auto reference = database_of(kShop);
  const std::vector<SuiteSource> twice = {{"x/a.yaml", suite_of(kGood)},
                                          {"y/a.yaml", suite_of(kGood)}};
  try {
    Suites::load(twice, *reference, sqlite::apply_migration);
    FAIL("two suites of one name were taken");
  } catch (const Error& error) {
    CHECK(
        lines_of(error.problems(), "error") ==
        std::vector<std::string>{"y/a.yaml:1:1: error: suite 'a' was already read from x/a.yaml"});
  }
  std::ofstream(dir.path() / "big.yaml") << std::string((1 << 20) + 1, 'x');
  CHECK_THROWS_WITH(read_suites({dir.path() / "big.yaml"}),
                    ContainsSubstring("larger than 1.0 MiB"));
  CHECK_THROWS_WITH(Suites::load({}, *reference, sqlite::apply_migration),
                    "there is no check to run");
}

}  // namespace
}  // namespace baseline::load_errors_test
