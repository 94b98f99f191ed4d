#include "checks/mutate.hpp"

#include <fmt/format.h>

#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "support/additions.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::mutate_test {
namespace {

const sqlite::SqliteEngine kEngine;

struct Setting {
  Selection selection = {};
  bool strict = false;
  std::optional<double> demanded = {};
};

MutationReport report_of(const Migration& migration, const std::vector<SuiteSource>& sources,
                         const Setting& setting = {}) {
  const auto reference = kEngine.apply(migration);
  const Suites suites = Suites::load(sources, *reference, sqlite::apply_migration);
  return mutate({kEngine,
                 migration,
                 suites,
                 sources,
                 {},
                 setting.selection,
                 setting.strict,
                 setting.demanded},
                nullptr);
}

MutationReport report_of(const std::string& sql, const std::string& checks,
                         const Setting& setting = {}) {
  return report_of(Migration{"1", "1_x.sql", sql}, {{"s.yaml", suite_of(checks)}}, setting);
}

// "LINE ELEMENT: CHANGE | KILLER" for each.
std::string lines_of(const MutationReport& report) {
  std::string out = "\n";
  for (const MutantResult& result : report.results) {
    if (is_addition(result.mutant)) continue;
    out += fmt::format("{} {}: {} | {}\n", result.line, result.mutant.element, result.mutant.change,
                       result.killed() ? result.killer : "survived");
  }
  return out;
}

std::string survivors_of(const MutationReport& report) {
  std::string out;
  for (const MutantResult& result : report.results) {
    if (result.killed()) continue;
    out += fmt::format("{}: {}\n", result.mutant.element, result.mutant.change);
  }
  return out;
}

const char* const kItem =
    "CREATE TABLE item (\n  price INT NOT NULL\n    CONSTRAINT positive CHECK (price > 0)\n)";

const char* const kWeak = R"(
  - name: a price is not negative
    rejects: INSERT INTO item VALUES (-1)
    by: positive
)";

const char* const kStrong = R"(
  - name: a price is above zero
    rejects: INSERT INTO item VALUES (:price)
    by: positive
    cases: [{price: 0}]
  - name: a price may be low
    accepts: INSERT INTO item VALUES (1)
  - name: an item has a price
    rejects: INSERT INTO item VALUES (NULL)
    by: {not_null: item.price}
  - name: a price is a number
    given: textual
    query: SELECT typeof(price) FROM item
    value: integer
)";
const std::string kStrongSuite =
    "version: 1\nforeign_keys: off\nfixtures: {textual: INSERT INTO item VALUES ('7')}\nchecks:" +
    std::string(kStrong);

TEST_CASE("a suite that says little lets mutants survive", "[mutate]") {
  const MutationReport report = report_of(kItem, kWeak);
  // A bound that is moved by one is not seen from a distance. Without its only statement the
  // migration is none.
  CHECK(lines_of(report) == R"(
2 type of item.price: INT becomes TEXT | survived
2 NOT NULL of item.price: dropped | survived
3 CHECK positive of item: dropped | s/a price is not negative
3 CHECK positive of item: price > 0 becomes price >= 0 | survived
3 CHECK positive of item: > 0 becomes > 1 | survived
3 CHECK positive of item: > 0 becomes > -1 | survived
)");
  CHECK(report.stillborn == 1);
  CHECK(report.killed() == 5);
  CHECK(report.share() == 19.2);
  CHECK(report.by_kind().at(MutantKind::check).all == 7);
  CHECK(report.by_kind().at(MutantKind::check).killed == 2);
  CHECK(report.by_kind().at(MutantKind::not_null).killed == 0);
}

TEST_CASE("a suite that says what is meant kills every mutant", "[mutate]") {
  const MutationReport report =
      report_of(Migration{"1", "1_x.sql", kItem}, {{"s.yaml", kStrongSuite}}, {{}, false, 100});
  CHECK(lines_of(report) == R"(
2 type of item.price: INT becomes TEXT | s/a price is a number
2 NOT NULL of item.price: dropped | s/an item has a price
3 CHECK positive of item: dropped | s/a price is above zero [price=0]
3 CHECK positive of item: price > 0 becomes price >= 0 | s/a price is above zero [price=0]
3 CHECK positive of item: > 0 becomes > 1 | s/a price may be low
3 CHECK positive of item: > 0 becomes > -1 | s/a price is above zero [price=0]
)");
}

TEST_CASE("a mutant is its own baseline, but not what a file declares", "[mutate]") {
  const std::string equal = "  - name: as it is\n    schema: baseline\n";
  CHECK(report_of(kItem, equal).killed() == 0);

  const TempDir dir;
  std::ofstream(dir.path() / "models.sql") << kItem;
  const SuiteSource models{(dir.path() / "s.yaml").string(),
                           suite_of("  - name: as in the models\n    schema: models.sql\n")};
  CHECK(report_of(Migration{"1", "1_x.sql", kItem}, {models}).killed() ==
        24);  // all but two settings
}

TEST_CASE("the share is rounded down and compared as it is", "[mutate]") {
  CHECK(report_of(kItem, kWeak, {{}, false, 19.2}).enough());
  CHECK_FALSE(report_of(kItem, kWeak, {{}, false, 19.3}).enough());
  CHECK(report_of(kItem, kWeak, {{}, false, 0}).enough());
  MutationReport report;
  report.results.resize(10'000);
  for (MutantResult& result : report.results) result.killer = "x";
  report.results.back().killer.clear();
  CHECK(report.share() == 99.9);
  report.demanded = 100;
  CHECK_FALSE(report.enough());
}

TEST_CASE("only what would stop a deploy kills", "[mutate]") {
  const std::string warning = R"(
  - name: an item has a price
    severity: warn
    rejects: INSERT INTO item VALUES (NULL)
    by: {not_null: item.price}
)";
  const auto survives = [](const MutationReport& report) {
    return lines_of(report).find("NOT NULL of item.price: dropped | survived") != std::string::npos;
  };
  CHECK(survives(report_of(kItem, warning)));
  CHECK_FALSE(survives(report_of(kItem, warning, {{}, true, {}})));
  const Migration migration{"1", "1_x.sql", kItem};
  const std::vector<SuiteSource> strong = {{"s.yaml", kStrongSuite}};
  CHECK_FALSE(survives(report_of(migration, strong)));
  CHECK(survives(report_of(migration, strong, {{{"s/a price may be low"}, {}, {}}})));
}

TEST_CASE("a suite that does not load on a mutant kills it", "[mutate]") {
  // It does not run, so that only the loader can notice that its table is gone.
  const std::string skipped =
      "  - name: x\n    query: SELECT price FROM item\n    rows: 0\n"
      "    skip: not yet\n";
  CHECK(lines_of(report_of("CREATE TABLE item (price); CREATE TABLE other (a)", skipped)) == R"(
1 table item: dropped | s.yaml:5:12: error: SQL: no such table: item
1 type of item.price: no type becomes TEXT | survived
1 NOT NULL of item.price: added | survived
1 table other: dropped | survived
1 type of other.a: no type becomes TEXT | survived
1 NOT NULL of other.a: added | survived
)");
}

TEST_CASE("checks of the phase after the swap see a live database", "[mutate]") {
  // Its scratch copies have no rows, so that this passes after the swap only.
  const std::string after = R"(
  - name: the key is free
    when: after
    accepts: INSERT INTO t VALUES (1)
  - name: the row is there
    when: after
    query: SELECT a FROM t
    value: 1
)";
  const MutationReport report =
      report_of("CREATE TABLE t (a PRIMARY KEY);\nINSERT INTO t VALUES (1)", after);
  CHECK(report.left_out.empty());
  CHECK(lines_of(report) == R"(
1 type of t.a: no type becomes TEXT | s/the row is there
1 NOT NULL of t.a: added | survived
1 PRIMARY KEY of t: dropped | survived
2 rows of t: not inserted | s/the row is there
2 rows of t: 1 becomes 2 | s/the row is there
)");
  CHECK(report.stillborn > 0);  // the table dropped under its row
}

TEST_CASE("a check that does not pass on the baseline judges no mutant", "[mutate]") {
  const std::string wrong = "  - name: wrong\n    query: SELECT 1\n    value: 2\n";
  const MutationReport unfit = report_of(kItem, wrong + kWeak);
  CHECK(unfit.results.empty());
  CHECK_FALSE(unfit.enough());
  REQUIRE(unfit.unfit.size() == 1);
  CHECK(unfit.unfit[0].check->name == "wrong");
  CHECK(unfit.unfit[0].got == "1");

  // What needs the application's rows cannot pass here, and stops nothing but itself.
  const std::string later =
      "  - name: in use\n    when: after\n    query: SELECT * FROM item\n"
      "    rows: {gt: 0}\n";
  const MutationReport report = report_of(kItem, later + kWeak);
  CHECK(report.killed() == 5);
  REQUIRE(report.left_out.size() == 1);
  CHECK(report.left_out[0].check == "s/in use");
  CHECK(report.left_out[0].why == "does not pass right after a deploy: 0");
}

TEST_CASE("what is equivalent or cannot be applied is no mutant", "[mutate]") {
  // One row is as good as the other, and one statement cannot do without the one before it.
  const MutationReport report =
      report_of("CREATE TABLE t (a CHECK (a));\nINSERT INTO t VALUES (1);\nDELETE FROM t;",
                "  - name: x\n    query: SELECT * FROM t\n    rows: 0\n");
  CHECK(report.equivalent == 2);
  CHECK(report.stillborn > 0);
}

TEST_CASE("nothing to run is an error", "[mutate]") {
  const auto message = [](const std::string& sql, const Setting& setting) -> std::string {
    try {
      report_of(sql, "  - name: x\n    query: SELECT 1\n    value: 1\n", setting);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(message(kItem, {{{"s/y"}, {}, {}}}) == "no check matches 's/y'");
}

TEST_CASE("whoever asks to stop gets the mutants that were tried", "[mutate]") {
  const Migration migration{"1", "1_x.sql", kItem};
  const auto reference = kEngine.apply(migration);
  const std::vector<SuiteSource> sources = {{"s.yaml", kStrongSuite}};
  const Suites suites = Suites::load(sources, *reference, sqlite::apply_migration);
  int asked = 0;
  int last = 30;
  const auto stop = [&] {
    if (++asked == last) throw Interrupted(2);
  };
  const MutationRequest request{kEngine, migration, suites, sources, {}, {}, false, {}};
  const MutationReport report = mutate(request, stop);
  CHECK(asked == 30);
  CHECK(report.interrupted == 2);
  CHECK(report.untried > 0);
  CHECK_FALSE(report.results.empty());
  CHECK(report.untried + report.results.size() + report.stillborn + report.equivalent ==
        report.made);
  // On the baseline itself there is nothing to tell yet.
  asked = 0;
  last = 2;
  CHECK_THROWS_AS(mutate(request, stop), Interrupted);
}

TEST_CASE("several processes, and a sample, come to the same result", "[mutate]") {
  const Migration migration = builtin_migration();
  const auto reference = kEngine.apply(migration);
  const auto sources = builtin_suites();
  const Suites suites = Suites::load(sources, *reference, sqlite::apply_migration);
  MutationRequest request{kEngine, migration, suites, sources, {}, {}, false, {}};
  const MutationReport alone = mutate(request, nullptr);
  request.processes = 3;
  const MutationReport shared = mutate(request, nullptr);
  CHECK(lines_of(shared) == lines_of(alone));
  CHECK(shared.equivalent == alone.equivalent);
  CHECK(shared.stillborn == alone.stillborn);
  request.sample = 20;
  const MutationReport sample = mutate(request, nullptr);
  CHECK(sample.made == alone.made);
  CHECK(sample.results.size() + sample.stillborn + sample.equivalent == 20);
}

TEST_CASE("what is applied at another time is the same", "[mutate]") {
  const Migration migration{"1", "1_x.sql",
                            "CREATE TABLE t (a DEFAULT (strftime('%f', 'now')));\n"
                            "INSERT INTO t DEFAULT VALUES;"};
  kEngine.set_clock(SqlClock::held);
  const auto one = kEngine.apply(migration);
  const auto other = kEngine.apply(migration);
  CHECK_FALSE(kEngine.difference(*one, *other).any());
  kEngine.set_clock(SqlClock::real);
  // Milliseconds go by while it is applied again and again.
  bool moved = false;
  while (!moved) moved = kEngine.difference(*one, *kEngine.apply(migration)).any();
  CHECK(moved);
}

TEST_CASE("the built-in suites kill every mutant of the built-in baseline", "[mutate][builtin]") {
  const MutationReport report = report_of(builtin_migration(), builtin_suites());
  CHECK(survivors_of(report).empty());
  CHECK(report.results.size() > 400);
  CHECK(report.left_out.empty());
}

// These are different to the models, and the same to every row. The target_type of a row is one of
// two texts, which stay texts in a column of any type. Of a coordinate INTEGER keeps what is no
// whole number, and a whole one is equal whatever it is kept as. A CHECK of NULL is not violated,
// with `IS NULL OR` or without.
TEST_CASE("without the models they kill every mutant that rows can show", "[mutate][builtin]") {
  const Selection rows{{}, {}, {"models"}};
  MutationReport report = report_of(builtin_migration(), builtin_suites(), {rows});
  CHECK(report.killed() > 300);
  std::erase_if(report.results,
                [](const MutantResult& result) { return is_addition(result.mutant); });
  CHECK(survivors_of(report) == R"(type of monitoring_targets.target_type: VARCHAR becomes INTEGER
type of monitoring_targets.latitude: FLOAT becomes INTEGER
type of monitoring_targets.longitude: FLOAT becomes INTEGER
CHECK valid_latitude of monitoring_targets: latitude IS NULL is dropped
CHECK valid_longitude of monitoring_targets: longitude IS NULL is dropped
CHECK valid_radius of monitoring_targets: radius_miles IS NULL is dropped
)");
}

}  // namespace
}  // namespace baseline::mutate_test
