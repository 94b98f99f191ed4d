#include "checks/lint.hpp"

#include "base/text.hpp"
#include "checks/listing.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::lint_test {
namespace {

std::string warnings_of(const std::string& suite, const std::string& schema = kShop) {
  const LoadedSuites loaded = load_texts({suite}, schema);
  const LintReport report = lint(loaded.suites, *loaded.reference);
  return report.warnings.empty() ? "no warning" : join(lines_of(report.warnings, "warning"), "\n");
}

std::string names_of(const std::vector<ConstraintInfo>& constraints) {
  std::vector<std::string> out;
  for (const ConstraintInfo& constraint : constraints) out.push_back(constraint.display);
  return join(out, "; ");
}

Coverage coverage_of(const std::string& checks, const std::string& schema = kShop) {
  const LoadedSuites loaded = load_texts({suite_of(checks)}, schema);
  return lint(loaded.suites, *loaded.reference).coverage;
}

TEST_CASE("lint finds what nothing uses", "[checks][lint]") {
  const std::string head =
      "version: 1\nvars: {a: 1, b: 2, c: 3, MODELS: x}\n"
      "fixtures:\n  used: INSERT INTO shop VALUES (:a, 'x')\n  idle: DELETE FROM shop\nchecks:\n";
  CHECK(warnings_of(head + "  - {name: x, given: used, query: SELECT id FROM shop, rows: 1}\n") ==
        "s1.yaml:2:14: warning: nothing uses the var 'b'\n"
        "s1.yaml:2:20: warning: nothing uses the var 'c'\n"
        "s1.yaml:2:26: warning: nothing uses the var 'MODELS'\n"
        "s1.yaml:5:3: warning: no check uses the fixture 'idle'");
  CHECK(warnings_of("version: 1\nvars: {a: 1}\nchecks:\n"
                    "  - {name: x, when: after, query: 'SELECT :a FROM lock', rows: 0}\n") ==
        "s1.yaml:4:36: warning: SQL: no such table: lock");
}

TEST_CASE("lint finds queries that say nothing of the database", "[checks][lint]") {
  const auto query = [](const std::string& sql, const std::string& matcher) {
    return warnings_of(suite_of("  - {name: x, query: '" + sql + "', " + matcher + "}\n"));
  };
  const std::string one_row =
      "s1.yaml:4:22: warning: an aggregate always gives one row, so 'rows' says nothing; use "
      "'value'";
  CHECK(query("SELECT count(*) FROM shop", "rows: 1") == one_row);
  CHECK(query("select max( id ) from item where price > 5", "rows: {ge: 1}") == one_row);
  CHECK(query("SELECT count(*) FROM shop", "value: 0") == "no warning");
  CHECK(query("SELECT count(*) FROM shop", "value: 0, rows: 1") == "no warning");
  CHECK(query("SELECT count(*) FROM item GROUP BY code", "rows: 0") == "no warning");
  CHECK(query("SELECT count(*) FROM item HAVING count(*) > 0", "rows: 0") == "no warning");
  CHECK(query("SELECT count(*) OVER () FROM item", "rows: 0") == "no warning");
  CHECK(query("SELECT count(*) FROM shop UNION SELECT id FROM shop", "rows: 1") == "no warning");
  CHECK(query("SELECT max(id, stock) FROM item", "rows: 0") == "no warning");

  const std::string constant = "s1.yaml:4:22: warning: the query reads nothing of the database";
  CHECK(query("SELECT 1", "value: 1") == constant);
  CHECK(query("SELECT sqlite_version()", "value: {matches: ^3}") == "no warning");
  CHECK(query("SELECT EXISTS (SELECT 1 FROM shop)", "value: 0") == "no warning");
  CHECK(query("PRAGMA user_version", "value: 0") == "no warning");
}

TEST_CASE("lint finds skipped checks and names that differ only in case", "[checks][lint]") {
  CHECK(warnings_of(suite_of("  - {name: no shop, query: SELECT * FROM shop, rows: 0}\n"
                             "  - {name: No Shop, query: SELECT * FROM item, rows: 0, skip: "
                             "later}\n")) ==
        "s1.yaml:5:12: warning: name 'No Shop' differs from 'no shop' (4:12) only in case\n"
        "s1.yaml:5:63: warning: 'No Shop' is skipped: later");
}

TEST_CASE("lint finds a 'by' that the baseline cannot keep", "[checks][lint]") {
  const auto rejects = [](const std::string& by) {
    return warnings_of(suite_of("  - {name: x, rejects: DELETE FROM shop, by: " + by + "}\n"));
  };
  CHECK(rejects("valid_prize") ==
        "s1.yaml:4:5: warning: the baseline has no constraint 'valid_prize', which 'x' names in "
        "'by'; did you mean 'valid_price'?");
  CHECK(rejects("elsewhere") ==
        "s1.yaml:4:5: warning: the baseline has no constraint 'elsewhere', which 'x' names in "
        "'by'");
  CHECK(rejects("{unique: 'item(code, shop_id)'}") == "no warning");
  CHECK(rejects("{unique: item(code)}") ==
        "s1.yaml:4:5: warning: the baseline has no constraint 'item(code)', which 'x' names in "
        "'by'");
  CHECK(rejects("{trigger: names}") == "no warning");
}

TEST_CASE("lint finds a check that cannot pass", "[checks][lint]") {
  CHECK(warnings_of(suite_of("  - {name: x, rejects: DELETE FROM t, by: {not_null: t.id}}\n"),
                    "CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL)") ==
        "s1.yaml:4:5: warning: NOT NULL t.id rejects nothing, so 'x' cannot pass");
}

TEST_CASE("coverage counts the constraints that some check makes reject", "[checks][lint]") {
  const Coverage none = coverage_of("  - {name: x, schema: baseline}\n");
  CHECK(none.named == 3);
  CHECK(none.named_tested == 0);
  CHECK(none.unnamed == 7);
  CHECK(names_of(none.untested) ==
        "PRIMARY KEY shop (id); NOT NULL shop.name; PRIMARY KEY item (id); NOT NULL item.shop_id; "
        "FOREIGN KEY item (shop_id); NOT NULL item.code; CHECK (stock >= 0); CHECK valid_price; "
        "CHECK fair_price; UNIQUE unique_code (shop_id, code)");

  const Coverage some = coverage_of(
      "  - {name: a, rejects: DELETE FROM item, by: VALID_price}\n"
      "  - {name: b, rejects: DELETE FROM item, by: {unique: 'item(code, shop_id)'}}\n"
      "  - {name: c, rejects: DELETE FROM item, by: {check: 'stock>=0'}}\n"
      "  - {name: d, rejects: DELETE FROM item, by: {primary_key: item}}\n"
      "  - {name: e, rejects: DELETE FROM item, by: fair_price, skip: later}\n"
      "  - {name: f, accepts: DELETE FROM item}\n");
  CHECK(some.named_tested == 2);
  CHECK(some.unnamed_tested == 2);
  CHECK(names_of(some.untested) ==
        "PRIMARY KEY shop (id); NOT NULL shop.name; NOT NULL item.shop_id; FOREIGN KEY item "
        "(shop_id); NOT NULL item.code; CHECK fair_price");
}

TEST_CASE("what a virtual table keeps has no constraints to test", "[checks][lint]") {
  const auto reference = sqlite::apply_migration(
      {"1", "1_x.sql",
       "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIRTUAL TABLE f USING fts5(title); "
       "CREATE VIRTUAL TABLE r USING rtree(id, low, high)"});
  CHECK(reference->constraints().size() == 1);
}

TEST_CASE("a name of two tables is tested where the SQL writes", "[checks][lint]") {
  const std::string schema =
      "CREATE TABLE one (a INT CONSTRAINT small CHECK (a < 9));"
      "CREATE TABLE two (b INT CONSTRAINT small CHECK (b < 9));";
  const Coverage coverage =
      coverage_of("  - {name: x, rejects: INSERT INTO Two VALUES (9), by: small}\n", schema);
  REQUIRE(coverage.untested.size() == 1);
  CHECK(coverage.untested[0].table == "one");
}

TEST_CASE("what the engine never rejects is not counted", "[checks][lint]") {
  const std::string schema =
      "CREATE TABLE a (id INTEGER NOT NULL, x INT NOT NULL ON CONFLICT IGNORE, "
      "y INT NOT NULL ON CONFLICT REPLACE DEFAULT 1, z INT NOT NULL ON CONFLICT REPLACE, "
      "u INT UNIQUE ON CONFLICT REPLACE, PRIMARY KEY (id));"
      "CREATE TABLE b (id INT NOT NULL PRIMARY KEY);"
      "CREATE TABLE c (id INTEGER PRIMARY KEY) WITHOUT ROWID;";
  const Coverage coverage = coverage_of("  - {name: x, schema: baseline}\n", schema);
  CHECK(names_of(coverage.cannot_reject) ==
        "NOT NULL a.id; NOT NULL a.x; NOT NULL a.y; UNIQUE a(u)");
  CHECK(names_of(coverage.untested) ==
        "NOT NULL a.z; PRIMARY KEY a (id); NOT NULL b.id; PRIMARY KEY b (id); PRIMARY KEY c (id); "
        "NOT NULL c.id");
}

TEST_CASE("the list tells phases, cases, and why a check is left out", "[checks][list]") {
  const LoadedSuites loaded = load_texts({suite_of(
      "  - {name: a, query: SELECT * FROM shop, rows: 0, tags: [quick]}\n"
      "  - {name: b, when: after, severity: warn, query: 'SELECT * FROM shop WHERE id = :i', rows: "
      "0, cases: [{i: 1}, {i: 2}], tags: [quick]}\n"
      "  - {name: c, when: before, query: SELECT * FROM shop, rows: 0, skip: later, tags: "
      "[quick]}\n"
      "  - {name: d, query: SELECT * FROM item, rows: 0, tags: [slow]}\n")});
  const Listing all = list_checks(loaded.suites, {});
  REQUIRE(all.checks.size() == 4);
  CHECK(all.before.checks == 2);
  CHECK(all.before.results == 2);
  CHECK(all.after.checks == 3);
  CHECK(all.after.results == 4);
  CHECK(all.skipped == 1);
  CHECK(all.left_out == 0);
  CHECK(all.checks[1].cases == 2);
  CHECK_FALSE(all.checks[1].before);
  CHECK(all.checks[2].skip_reason == "later");

  const Listing some = list_checks(loaded.suites, {{"s1/[a-c]"}, {"quick"}, {}});
  CHECK(some.left_out == 1);
  CHECK(some.checks[3].left_out == "no --only matches it");
  CHECK(list_checks(loaded.suites, {{}, {"quick"}, {}}).checks[3].left_out ==
        "it has no tag that --tag wants");
  CHECK(list_checks(loaded.suites, {{}, {}, {"slow"}}).checks[3].left_out == "--skip-tag slow");
  CHECK_THROWS_WITH(list_checks(loaded.suites, {{"s2/*"}, {}, {}}), "no check matches 's2/*'");
}

}  // namespace
}  // namespace baseline::lint_test
