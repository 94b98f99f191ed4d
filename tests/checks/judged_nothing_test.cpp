// A check that had nothing to judge says so, or is refused: one edit of each kind that would make a
// check pass whatever the database holds (docs/checks.md, "Results").
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "checks/concessions.hpp"
#include "checks/lint.hpp"
#include "report/checks_text.hpp"
#include "report/result_text.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"

namespace baseline::judged_nothing_test {
namespace {

namespace fs = std::filesystem;

const char* const kTables = R"(
CREATE TABLE kind (name TEXT PRIMARY KEY);
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, size INT CHECK (size > 0), code TEXT UNIQUE);
CREATE VIEW sizes AS SELECT size FROM thing;
)";

SuiteReport report_of(const std::string& checks, const std::string& rows = {},
                      const std::string& fixtures = {}) {
  const LoadedSuites loaded =
      load_texts({"version: 1\nforeign_keys: off\n" + fixtures + "checks:\n" + checks}, kTables);
  const auto subject = database_of(kTables + rows);
  return run_suites(loaded.suites, Phase::before, *subject, *loaded.reference, {}, nullptr,
                    nullptr);
}

// "pass | 0 values judged (1)": the results, and how many judged nothing.
std::string outcome(const std::string& check, const std::string& rows = {},
                    const std::string& fixtures = {}) {
  const SuiteReport report = report_of("  - name: x\n    " + check + "\n", rows, fixtures);
  return fmt::format("{} ({})", summary_of(report.results), report.judged_nothing());
}

std::string error_of(const std::string& check) {
  return load_errors({"version: 1\nforeign_keys: off\nchecks:\n  - name: x\n    " + check + "\n"},
                     kTables);
}

TEST_CASE("a column without a value says so", "[checks][nothing]") {
  const std::string nothing = "pass | 0 values judged (1)";
  const std::string rows = "INSERT INTO kind VALUES ('a'); INSERT INTO thing (kind) VALUES ('a');";
  const std::string nulls = "INSERT INTO thing (kind) VALUES (NULL), (NULL);";
  for (const std::string assertion :
       {"each: {in: [a, b]}", "unique: true", "references: kind.name"}) {
    INFO(assertion);
    CHECK(outcome("column: thing.kind\n    " + assertion) == nothing);
    CHECK(outcome("column: thing.kind\n    " + assertion, nulls) == nothing);
    CHECK(outcome("column: thing.kind\n    " + assertion, rows) == "pass (0)");
  }
  CHECK(outcome("column: thing.kind\n    not_null: true") == nothing);
  CHECK(outcome("column: thing.id\n    not_null: true\n    each: {ge: 1}") == nothing);
  CHECK(outcome("column: thing.id\n    not_null: true\n    each: {ge: 1}", rows) == "pass (0)");
  // What fails has judged something.
  CHECK(outcome("column: thing.kind\n    not_null: true\n    each: a", nulls).starts_with("fail"));
}

TEST_CASE("a cost on fewer than two rows says so", "[checks][nothing]") {
  const std::string scan = "cost: SELECT * FROM thing WHERE size = 1\n    scanned: 0";
  const std::string bare =
      "pass | 0 rows judged: thing has fewer than 2 rows here, so a scan costs nothing; 'given' "
      "makes rows (1)";
  CHECK(outcome(scan) == bare);
  CHECK(outcome(scan, "INSERT INTO thing (size) VALUES (1);") == bare);
  CHECK(outcome("cost: SELECT * FROM sizes WHERE size = 1\n    steps: {le: 1000}") == bare);
  const std::string rows = "INSERT INTO thing (size) VALUES (1), (2);";
  CHECK(outcome(scan, rows).starts_with("fail: expected scanned 0, got scanned 1 row;"));
  CHECK(outcome("cost: SELECT * FROM thing WHERE id = 1\n    scanned: 0", rows) == "pass (0)");
  // The plan is the same on any rows.
  CHECK(outcome("cost: SELECT * FROM thing WHERE code = 'x'\n    uses: thing(code)") == "pass (0)");
  // One of several: it is named, and the others were judged.
  CHECK(outcome("cost: SELECT * FROM thing JOIN kind ON kind.name = thing.kind WHERE id = 1\n"
                "    scanned: 0",
                rows) ==
        "pass | kind has fewer than 2 rows here, so a scan costs nothing; 'given' "
        "makes rows (0)");
}

TEST_CASE("a log without a new line says so", "[checks][nothing]") {
  const TempDir dir;
  const fs::path log = dir.path() / "app.log";
  std::ofstream(log).close();
  const auto reference = database_of(kTables);
  const auto run = [&] {
    const std::string suite = fmt::format(
        "version: 1\nchecks:\n  - {{name: x, log: {}, forbid: [Traceback]}}\n", log.string());
    const Suites suites = Suites::load({{"s1.yaml", suite}}, *reference, sqlite::apply_migration);
    RunOptions options;
    options.application_runs = true;
    options.surroundings.logs = {*log_position(log.native())};
    std::ofstream(log, std::ios::app).close();
    return run_suites(suites, Phase::after, *reference, *reference, options, nullptr, nullptr);
  };
  const SuiteReport report = run();
  CHECK(report.judged_nothing() == 1);
  CHECK(summary_of(report.results) ==
        fmt::format("pass | 0 lines judged: {} has no new line", log.string()));
}

TEST_CASE("statements that are accepted and write nothing fail", "[checks][nothing]") {
  const std::string got = "accepted: 0 rows changed, so nothing was put to the test (0)";
  const std::string rows = "INSERT INTO thing (id, code) VALUES (1, 'a');";
  const auto fails = [&](const std::string& sql) {
    return outcome("accepts: |\n      " + sql, rows).ends_with(got);
  };
  const std::string idle = "INSERT OR IGNORE INTO thing (code) VALUES ('a')";
  CHECK(fails(idle));
  CHECK(fails(idle + ";\n      SELECT 1"));
  CHECK(fails(idle + ";\n      INSERT INTO thing (code) VALUES ('b')"));
  CHECK(fails("-- why not\n      " + idle));
  CHECK(fails("INSERT INTO thing (code) VALUES ('a') ON CONFLICT DO NOTHING"));
  CHECK(fails("WITH n AS (SELECT 'a') INSERT OR IGNORE INTO thing (code) SELECT * FROM n"));
  CHECK(fails("UPDATE thing SET size = 1 WHERE id = 7"));
  CHECK(outcome("accepts: |\n      INSERT INTO thing (code) VALUES ('b');\n      " + idle, rows) ==
        "fail: expected all statements to be accepted, got statement 2 was " + got);
  // To clear the way is no proof, and need not find anything.
  CHECK(outcome("accepts: |\n      DELETE FROM thing WHERE id = 7;\n"
                "      INSERT INTO thing (code) VALUES ('b')") == "pass (0)");
}

TEST_CASE("what can only pass is refused", "[checks][nothing]") {
  CHECK(error_of("schema: baseline\n    ignore: ['[a-z]*']") ==
        "s1.yaml:6:13: error: '[a-z]*' would ignore table kind, which the baseline has; name only "
        "what is beyond it");
  CHECK(error_of("schema: baseline\n    ignore: [geo_*, 'size?']") ==
        "s1.yaml:6:13: error: 'size?' would ignore view sizes, which the baseline has; name only "
        "what is beyond it");
  CHECK(error_of("schema: baseline\n    ignore: [geo_*, _litestream_*]") == "no error");
  CHECK(error_of("column: thing.kind\n    references: Thing.KIND") ==
        "s1.yaml:6:17: error: each value is in its own column, so this asserts nothing");
  CHECK(error_of("column: thing.kind\n    references: kind.name") == "no error");
  for (const std::string key : {"scanned", "sorted", "steps"}) {
    CHECK(error_of("cost: SELECT 1\n    " + key + ": false") ==
          fmt::format("s1.yaml:6:{}: error: '{}' is a count, not true or false: write 0",
                      key.size() + 7, key));
  }
  CHECK(error_of("query: SELECT 1\n    rows: {ge: true}") ==
        "s1.yaml:6:16: error: 'rows' is a count, not true or false: write 1");
  CHECK(
      error_of("command: ['true']\n    exit: false")
          .starts_with("s1.yaml:6:11: error: 'exit' is an exit code, not true or false: write 0"));
  CHECK(error_of("query: SELECT 1\n    value: true") == "no error");
}

TEST_CASE("a directory leaves no suite out", "[checks][nothing]") {
  const TempDir dir;
  const auto add = [&](const fs::path& name) {
    fs::create_directories((dir.path() / name).parent_path());
    std::ofstream(dir.path() / name) << "version: 1\n";
  };
  const auto names = [&](const std::vector<fs::path>& paths) {
    std::string out;
    for (const SuiteSource& source : read_suites(paths)) {
      out += fs::relative(source.file, dir.path()).string() + " ";
    }
    return out;
  };
  add("a.yaml");
  add("B.YAML");
  add("c.Yml");
  add("data/rows.sql");
  add("..data/a.yaml");  // as Kubernetes mounts a ConfigMap
  CHECK(names({dir.path()}) == "B.YAML a.yaml c.Yml ");
  add("more/deep/d.yml");
  CHECK_THROWS_WITH(read_suites({dir.path()}),
                    (dir.path() / "more").string() +
                        " holds suites, but a directory stands only for those directly in it");
  add("more/e.yaml");
  fs::remove_all(dir.path() / "more/deep");
  CHECK(names({dir.path(), dir.path() / "more"}) == "B.YAML a.yaml c.Yml more/e.yaml ");
}

TEST_CASE("what was told to prove less is counted", "[checks][nothing]") {
  const std::string checks =
      "  - {name: a, query: SELECT * FROM kind, rows: 0}\n"
      "  - {name: b, query: SELECT * FROM kind, rows: 0, severity: warn, when: before}\n"
      "  - {name: c, query: SELECT * FROM kind, rows: 0, when: after, wait: 1s}\n"
      "  - {name: d, query: SELECT * FROM kind, rows: 0, skip: later, severity: warn}\n"
      "  - {name: e, log: app.log, forbid: [x], severity: warn}\n"
      "  - {name: f, column: kind.name, not_null: true}\n";
  const SuiteReport report = report_of(checks);
  CHECK(report.concessions == Concessions{2, 1, 1, 1, 1});
  CHECK(checks_text(report, Style(false))
            .ends_with("               1 of them judged 0 values: there were none\n"
                       "               2 checks only warn, 1 runs only before the swap, 1 runs "
                       "only after the swap, "
                       "1 may wait, 1 is skipped\n"));
  const LoadedSuites loaded = load_texts({"version: 1\nchecks:\n" + checks}, kTables);
  CHECK(lint(loaded.suites, *loaded.reference).concessions == report.concessions);
  CHECK(concessions_of(loaded.suites, {{"s1/e"}, {}, {}}) == Concessions{1, 0, 0, 0, 0});
  CHECK(concessions_text({}).empty());
}

TEST_CASE("attempts and what they took are in the reports", "[checks][nothing]") {
  CheckResult result(CheckIdentity{"s", "x", "command", Severity::error, {}, "s.yaml", 1, 1});
  CHECK(result_text::remarks(result).empty());
  result.attempts = 3;
  result.took = std::chrono::seconds(4);
  result.waited = std::chrono::seconds(3);
  CHECK(result.worked() == std::chrono::seconds(1));
  CHECK(result_text::remarks(result) == "attempts: 3");
  result.note = "late";
  CHECK(result_text::remarks(result) == "late\nattempts: 3");
  result.status = Status::fail;
  result.expected = "exit 0";
  result.got = "exit 1";
  result.sql = "curl x";
  CHECK(result_text::account(result) ==
        "expected exit 0, got exit 1\ncommand: curl x\nnote: late\nattempts: 3");
}

}  // namespace
}  // namespace baseline::judged_nothing_test
