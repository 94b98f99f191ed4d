
#include <fstream>
#include <iterator>
#include <string>

#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::failures_test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string outcome(const std::string& check, const std::string& subject = kShop) {
  return summary_of(results_of("  - name: x\n" + check, subject));
}

const std::string kRows = std::string(kShop) +
                          "INSERT INTO shop VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), "
                          "(5, 'e'), (6, 'it''s');";

TEST_CASE("a query shows what it found", "[checks][failure]") {
  CHECK(outcome("    query: SELECT * FROM shop\n    rows: 0\n") == "pass");
  CHECK(outcome("    query: SELECT * FROM shop WHERE id > 3\n    rows: 0\n", kRows) ==
        "fail: expected 0 rows, got 3; first: (4, 'd'), (5, 'e'), (6, 'it''s')");
  CHECK(outcome("    query: SELECT * FROM shop\n    rows: {lt: 2}\n", kRows) ==
        "fail: expected < 2 rows, got 6; first: (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), "
        "…");
  CHECK(outcome("    query: SELECT * FROM shop\n    rows: 1\n") == "fail: expected 1 row, got 0");
  CHECK(outcome("    query: SELECT name FROM shop WHERE id = 2\n    value: a\n", kRows) ==
        "fail: expected 'a', got 'b'");
  CHECK(outcome("    query: SELECT '5'\n    value: 5\n") == "fail: expected 5, got '5'");
  CHECK(outcome("    query: SELECT name FROM shop\n    value: a\n") ==
        "fail: expected 'a', got 0 rows; 'value' needs one row of one column");
  CHECK(outcome("    query: SELECT * FROM shop WHERE id < 3\n    value: a\n", kRows) ==
        "fail: expected 'a', got 2 rows; first: (1, 'a'), (2, 'b'); 'value' needs one row of one "
        "column");
}

TEST_CASE("a message names what it is about, once", "[checks][failure]") {
  // Which of the foreign keys rejects what comes before the last statement.
  CHECK(outcome("    foreign_keys: on\n    rejects: |\n"
                "      INSERT INTO item (shop_id, code) VALUES (9, 'x');\n"
                "      UPDATE item SET price = -1\n    by: valid_price\n") ==
        "error: expected rejection by CHECK valid_price, got statement 1 could not run: FOREIGN "
        "KEY item (shop_id) | all statements but the last must succeed");
  // A name of a CHECK says little.
  CHECK(outcome("    accepts: INSERT INTO item (shop_id, code, price) VALUES (1, 'x', -1)\n") ==
        "fail: expected the statement to be accepted, got statement 1 was rejected: CHECK "
        "valid_price (price IS NULL OR price > 0)");
  // What another table has is no other name for it.
  CHECK(outcome("    query: SELECT code FROM item\n    rows: 0\n",
                "CREATE TABLE item (id); CREATE TABLE other (code);") ==
        "error: expected 0 rows, got no such column: code");
  // A column that was changed, and columns in another order, are one place each.
  const std::string changed = replaced(kShop, "price REAL, stock INTEGER CHECK (stock >= 0)",
                                       "stock TEXT CHECK (stock >= 0), price REAL");
  const auto results = results_of("  - name: x\n    schema: baseline\n", changed);
  CHECK(results.at(0).got == "schema differs from baseline in 2 places");
}

TEST_CASE("a result is compared without its order", "[checks][failure]") {
  const std::string query = "    query: SELECT id, name FROM shop WHERE id < 4\n";
  CHECK(outcome(query + "    result: [[3, c], [1.0, a], [2, b]]\n", kRows) == "pass");
  CHECK(outcome(query + "    result: [[3, c], [1, a], [2, '2']]\n", kRows) ==
        "fail: expected the 3 rows of 'result', got 3 rows: 1 missing, 1 unexpected | - (2, '2')\n"
        "+ (2, 'b')");
  CHECK(outcome("    query: SELECT 1 UNION ALL SELECT 1\n    result: [[1]]\n") ==
        "fail: expected the 1 row of 'result', got 2 rows: 0 missing, 1 unexpected | + (1)");
}

TEST_CASE("a result beyond the limit is never taken for whole", "[checks][failure]") {
  const std::string many =
      "    query: WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10001) "
      "SELECT i FROM n\n";
  CHECK(outcome(many + "    rows: 10000\n") ==
        "fail: expected 10 000 rows, got more than 10 000; first: (1), (2), (3), (4), (5), …");
  CHECK(outcome(many + "    rows: {ge: 1}\n") ==
        "error: expected >= 1 rows, got more than 10 000; first: (1), (2), (3), (4), (5), … | "
        "results stop at 10 000 rows; count them in SQL and use 'value'");
}

TEST_CASE("a query that cannot be evaluated is an error", "[checks][failure]") {
  CHECK(outcome("    query: SELECT price FROM item\n    rows: 0\n", "CREATE TABLE other (a);") ==
        "error: expected 0 rows, got no such table: item");
  CHECK(outcome("    timeout: 50ms\n    query: WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i "
                "+ 1 FROM n) SELECT count(*) FROM n\n    value: 1\n") ==
        "error: expected 1, got took longer than 50ms and was stopped");
}

TEST_CASE("accepts names the statement and what rejected it", "[checks][failure]") {
  const std::string two =
      "    accepts: |\n      INSERT INTO item VALUES (1, 1, 'a', 1, 1);\n      ";
  CHECK(outcome(two + "INSERT INTO item VALUES (2, 1, 'b', 1, 1);\n") == "pass");
  CHECK(outcome(two + "INSERT INTO item VALUES (2, 1, 'a', 1, 1);\n") ==
        "fail: expected all statements to be accepted, got statement 2 was rejected: UNIQUE "
        "unique_code (shop_id, code)");
  CHECK(outcome("    foreign_keys: on\n    accepts: INSERT INTO item VALUES (1, 1, 'a', 1, 1)\n") ==
        "fail: expected the statement to be accepted, got statement 1 was rejected: FOREIGN KEY "
        "item (shop_id)");
  CHECK(outcome("    accepts: INSERT OR IGNORE INTO item VALUES (1, 1, 'a', -1, 1)\n") ==
        "fail: expected the statement to be accepted, got accepted: 0 rows changed, so nothing was "
        "put to the test");
  CHECK(outcome("    accepts: INSERT INTO item VALUES (1, 1, 'a', 1, 1)\n",
                "CREATE TABLE other (a);") ==
        "error: expected the statement to be accepted, got statement 1 could not run: no such "
        "table: item");
}

TEST_CASE("an orphan under a deferred foreign key is not accepted", "[checks][failure]") {
  const std::string deferred =
      replaced(kShop, "REFERENCES shop (id)", "REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED");
  CHECK(outcome("    foreign_keys: on\n    accepts: INSERT INTO item VALUES (1, 1, 'a', 1, 1)\n",
                deferred) ==
        "fail: expected the statement to be accepted, got statement 1 was rejected: FOREIGN KEY "
        "item (shop_id)");
}

TEST_CASE("rejects tells all that can go wrong apart", "[checks][failure]") {
  const auto item = [](const std::string& values, const std::string& by) {
    return "    rejects: INSERT INTO item VALUES (" + values + ")\n    by: " + by + "\n";
  };
  CHECK(outcome(item("1, 1, 'a', -1, 1", "valid_price")) == "pass");
  CHECK(outcome(item("1, 1, 'a', 1, 1", "valid_price")) ==
        "fail: expected rejection by CHECK valid_price, got accepted: 1 row changed");
  CHECK(outcome(item("1, 1, 'a', 1000, 1", "valid_price")) ==
        "fail: expected rejection by CHECK valid_price, got rejected by CHECK fair_price, not "
        "valid_price");
  CHECK(
      outcome(item("1, 1, 'a', -1, 1", "valid_price"),
              replaced(kShop, "CONSTRAINT valid_price CHECK (price IS NULL OR price > 0),", "")) ==
      "fail: expected rejection by CHECK valid_price, got no constraint 'valid_price' in this "
      "database; has: fair_price, unique_code");
  CHECK(outcome(item("1, 1, 'a', 1, -1", "{check: stock >= 0}")) == "pass");
  CHECK(outcome(item("1, 1, NULL, 1, 1", "{not_null: item.code}")) == "pass");
  CHECK(outcome(item("1, 1, NULL, 1, 1", "{not_null: item.shop_id}")) ==
        "fail: expected rejection by NOT NULL item.shop_id, got rejected by NOT NULL item.code, "
        "not NOT NULL item.shop_id");
  CHECK(outcome(item("'x', 1, 'a', 1, 1", "{type: item.id}")) == "pass");
}

TEST_CASE("rejects: statements that change nothing or cannot run", "[checks][failure]") {
  CHECK(
      outcome(
          "    rejects: INSERT OR IGNORE INTO item VALUES (1, 1, 'a', -1, 1), (2, 1, NULL, 1, 1)\n"
          "    by: {not_null: item.code}\n") ==
      "fail: expected rejection by NOT NULL item.code, got accepted: 0 rows changed (OR IGNORE "
      "hides the rejection)");
  CHECK(
      outcome("    rejects: UPDATE item SET price = -1\n    by: valid_price\n") ==
      "fail: expected rejection by CHECK valid_price, got accepted: 0 rows changed (the statement "
      "found no row to change)");
  CHECK(outcome("    rejects: |\n      INSERT INTO shop VALUES (1, NULL);\n"
                "      INSERT INTO item VALUES (1, 1, 'a', -1, 1);\n    by: valid_price\n") ==
        "error: expected rejection by CHECK valid_price, got statement 1 could not run: NOT NULL "
        "shop.name | all statements but the last must succeed");
}

TEST_CASE("rejects by trigger, unique, primary and foreign key", "[checks][failure]") {
  const std::string shop = "INSERT INTO shop VALUES (1, 'a');";
  const auto rejects = [&](const std::string& sql, const std::string& by) {
    return outcome("    foreign_keys: on\n    rejects: |\n      " + shop + "\n      " + sql +
                   "\n    by: " + by + "\n");
  };
  CHECK(rejects("UPDATE shop SET name = 'b'", "{trigger: keep their names}") == "pass");
  CHECK(rejects("INSERT INTO shop VALUES (1, 'b')", "{primary_key: shop}") == "pass");
  CHECK(rejects("INSERT INTO item VALUES (1, 2, 'a', 1, 1)", "{foreign_key: item(shop_id)}") ==
        "pass");
  CHECK(rejects("INSERT INTO item VALUES (1, 1, 'a', 1, 1), (2, 1, 'a', 1, 1)",
                "{unique: 'item(shop_id, code)'}") == "pass");
}

TEST_CASE("schema lists the differences", "[checks][failure]") {
  const std::string check = "    schema: baseline\n";
  CHECK(outcome(check) == "pass");
  CHECK(
      outcome(check,
              replaced(kShop, "CONSTRAINT fair_price CHECK (price IS NULL OR price < 1000),", "") +
                  "CREATE TABLE _lock (id);") ==
      "fail: expected the schema of baseline, got schema differs from baseline in 2 places | "
      "- item: CONSTRAINT fair_price CHECK (price IS NULL OR price < 1000)   missing\n"
      "+ table _lock   not in baseline; if a tool owns it, add to 'ignore'");
  CHECK(outcome(check + "    ignore: [_lock]\n", std::string(kShop) + "CREATE TABLE _lock (id);") ==
        "pass");
  CHECK(outcome(check, "CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT NOT NULL);")
            .find("- table item   missing") != std::string::npos);
}

TEST_CASE("a fixture that fails is an error that names it", "[checks][failure]") {
  const std::string suite =
      "version: 1\nforeign_keys: off\nfixtures: {nameless: 'INSERT INTO shop VALUES (1, NULL)'}\n"
      "checks:\n  - {name: x, given: nameless, query: SELECT 1, rows: 1}\n";
  const LoadedSuites loaded = load_texts({suite});
  const SuiteReport report = run_suites(loaded.suites, Phase::before, *loaded.reference,
                                        *loaded.reference, {}, nullptr, nullptr);
  CHECK(summary_of(report.results) ==
        "error: expected fixture 'nameless' to run, got fixture 'nameless' failed: NOT NULL "
        "shop.name");
}

std::string golden(const std::string& name) {
  std::ifstream in(std::string(TEST_GOLDEN_DIR) + "/" + name);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("the block of a failed check", "[checks][failure]") {
  const std::string checks =
      "  - name: a price isn't [negative]\n"
      "    rejects: |\n"
      "      INSERT INTO item (shop_id, code, price) -- one\n"
      "        VALUES (1, ':price', :price)\n"
      "    by: valid_price\n"
      "    hint: |\n      the models lost the constraint;\n      see shop.py\n"
      "    cases: [{price: -1}, {price: 0.5}]\n"
      "  - name: schema\n    severity: warn\n    schema: baseline\n";
  const auto results =
      results_of(checks, replaced(kShop, "price IS NULL OR price > 0", "price > -9"));
  REQUIRE(results.size() == 3);
  CHECK(failure_block(results[1]) == golden("failure_rejects_case.txt"));
  CHECK(failure_block(results[2]) == golden("failure_schema_warn.txt"));
}

}  // namespace
}  // namespace baseline::failures_test
