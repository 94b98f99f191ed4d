#include "checks/runner.hpp"

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::runner_test {
namespace {

SuiteReport run(const std::vector<std::string>& texts, Phase phase = Phase::before,
                const RunOptions& options = {}) {
  const LoadedSuites loaded = load_texts(texts);
  return run_suites(loaded.suites, phase, *loaded.reference, *loaded.reference, options, nullptr,
                    nullptr);
}

std::string names_of(const SuiteReport& report) {
  std::vector<std::string> out;
  for (const CheckResult& result : report.results) {
    out.push_back(result.check->suite + "/" + result.check->name +
                  (result.case_label.empty() ? "" : "[" + result.case_label + "]"));
  }
  return join(out, " ");
}

std::string query(const std::string& name, const std::string& more = {}) {
  return "  - {name: " + name + ", query: SELECT 1, value: 1" + more + "}\n";
}

TEST_CASE("checks run in file order, in their phase", "[checks][runner]") {
  const std::string first = suite_of(query("b", ", when: before") + query("a"));
  const std::string second = suite_of(query("c", ", when: after"));
  CHECK(names_of(run({first, second})) == "s1/b s1/a");
  CHECK(names_of(run({first, second}, Phase::after)) == "s1/a s2/c");
}

TEST_CASE("each case is a result of its own, with its values bound", "[checks][runner]") {
  const SuiteReport report =
      run({suite_of("  - name: x\n    query: 'SELECT :lat, :lon'\n    result: [[91, null]]\n"
                    "    cases: [{lat: 91, lon: null}, {lat: '91', lon: 0}]\n")});
  CHECK(names_of(report) == "s1/x[lat=91, lon=NULL] s1/x[lat='91', lon=0]");
  CHECK(report.results[0].status == Status::pass);
  CHECK(report.results[1].status == Status::fail);
  CHECK(report.results[1].sql == "SELECT '91', 0");
}

TEST_CASE("vars are bound, and a case wins over them", "[checks][runner]") {
  const std::string suite =
      "version: 1\nvars: {PORT_OF_TEST: 8080, wide: 'x'}\nchecks:\n"
      "  - {name: a, query: 'SELECT :PORT_OF_TEST', value: 8080}\n"
      "  - {name: b, query: 'SELECT :PORT_OF_TEST', value: 1, cases: [{PORT_OF_TEST: 1}]}\n";
  CHECK(summary_of(run({suite}).results) == "pass\npass");
}

TEST_CASE("a warning fails a run that is strict, and only that", "[checks][runner]") {
  const std::string suite = suite_of("  - {name: a, query: SELECT 1, value: 2, severity: warn}\n");
  RunOptions options;
  CHECK_FALSE(run({suite}, Phase::before, options).failed());
  options.strict = true;
  CHECK(run({suite}, Phase::before, options).failed());
}

TEST_CASE("a warning never fails a run, and neither does what is skipped", "[checks][runner]") {
  const SuiteReport report =
      run({suite_of("  - {name: a, query: SELECT 1, value: 2, severity: warn}\n"
                    "  - {name: b, query: SELECT 1, value: 2, skip: later}\n"
                    "  - {name: c, timeout: 20ms, severity: warn, value: 2, query: 'WITH RECURSIVE "
                    "n(i) AS (SELECT "
                    "1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'}\n")});
  CHECK(report.count(Status::warn) == 2);
  CHECK(report.count(Status::skip) == 1);
  CHECK(report.results[1].skip_reason == "later");
  CHECK_FALSE(report.failed());
  CHECK(run({suite_of("  - {name: a, query: SELECT 1, value: 2}\n")}).failed());
}

TEST_CASE("a check leaves nothing to the next one", "[checks][runner]") {
  const std::string insert = "INSERT INTO shop VALUES (1, 'a')";
  CHECK(summary_of(run({suite_of("  - {name: a, accepts: \"" + insert +
                                 "\"}\n"
                                 "  - {name: b, accepts: \"" +
                                 insert +
                                 "\"}\n"
                                 "  - {name: c, rejects: \"" +
                                 insert + "; " + insert +
                                 "\", by: {primary_key: shop}}\n"
                                 "  - {name: d, accepts: \"" +
                                 insert + "\"}\n")})
                       .results) == "pass\npass\npass\npass");
}

TEST_CASE("a spoilt scratch copy is made anew", "[checks][runner]") {
  const std::string insert = "INSERT INTO shop VALUES (1, 'a')";
  const auto results =
      run({"version: 1\nforeign_keys: off\nfixtures: {shop: \"" + insert +
           "\"}\nchecks:\n"
           "  - {name: a, accepts: \"" +
           insert +
           "; INSERT OR ROLLBACK INTO shop VALUES (1, 'b')\"}\n"
           "  - {name: b, given: shop, rejects: \"INSERT OR ROLLBACK INTO shop VALUES (1, 'b')\", "
           "by: "
           "{primary_key: shop}}\n"
           "  - {name: c, given: shop, query: SELECT count(*) FROM shop, value: 1}\n"})
          .results;
  REQUIRE(results.size() == 3);
  CHECK(results[0].status == Status::fail);
  CHECK(results[1].status == Status::pass);
  CHECK(results[2].status == Status::pass);
}

TEST_CASE("foreign keys are enforced as the suite or the check says", "[checks][runner]") {
  const std::string orphan = "accepts: \"INSERT INTO item VALUES (1, 404, 'a', 1, 1)\"";
  const std::string checks = "checks:\n  - {name: a, " + orphan +
                             "}\n  - {name: b, foreign_keys: on, " + orphan +
                             "}\n  - {name: c, foreign_keys: off, " + orphan + "}\n";
  const auto statuses = [&](const std::string& file) {
    std::string out;
    for (const CheckResult& result :
         run({"version: 1\nforeign_keys: " + file + "\n" + checks}).results) {
      out += std::string(to_string(result.status)) + " ";
    }
    return out;
  };
  CHECK(statuses("off") == "pass fail pass ");
  CHECK(statuses("on") == "fail fail pass ");
}

TEST_CASE("each result is told as it comes, and a run can be interrupted", "[checks][runner]") {
  const LoadedSuites loaded = load_texts({suite_of(query("a") + query("b"))});
  int told = 0;
  const auto interrupt = [&] {
    if (told == 1) throw Interrupted(2);
  };
  CHECK_THROWS_AS(run_suites(
                      loaded.suites, Phase::before, *loaded.reference, *loaded.reference, {},
                      [&](const CheckResult&) { ++told; }, interrupt),
                  Interrupted);
  CHECK(told == 1);
}

TEST_CASE("what schema checks ignore is known to others", "[checks][runner]") {
  const LoadedSuites loaded =
      load_texts({suite_of("  - {name: a, schema: baseline, ignore: [b*, a]}\n"),
                  suite_of("  - {name: a, schema: baseline, ignore: [a]}\n")});
  CHECK(loaded.suites.ignored_objects() == std::vector<std::string>{"a", "b*"});
}

}  // namespace
}  // namespace baseline::runner_test
