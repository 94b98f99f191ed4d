#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::wait_test {
namespace {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

/// A clock that only sleeping moves, and what happens at which time.
class Simulation {
 public:
  Pace pace() {
    return {[this] { return TimePoint(now_); },
            [this](std::chrono::nanoseconds time) {
              now_ += time;
              trace += fmt::format("+{} ", std::chrono::duration_cast<milliseconds>(time).count());
              if (on_sleep) on_sleep(milliseconds_passed());
            }};
  }
  long milliseconds_passed() const {
    return std::chrono::duration_cast<milliseconds>(now_).count();
  }

  std::string trace;
  std::function<void(long)> on_sleep;

 private:
  std::chrono::nanoseconds now_{};
};

struct Ran {
  SuiteReport report;
  std::string told;  ///< the names in the order in which the results were told
};

Ran run(const std::string& checks, Simulation& simulation, const RunOptions& more = {},
        Phase phase = Phase::after, const std::filesystem::path& live = {}) {
  const auto reference = database_of(kShop);
  const Suites suites = Suites::load({{"s1.yaml", "version: 1\nchecks:\n" + checks}}, *reference,
                                     sqlite::apply_migration, {{}, true});
  RunOptions options = more;
  options.pace = simulation.pace();
  const auto subject = live.empty() ? nullptr : sqlite::open_live(live);
  Ran out;
  out.report = run_suites(
      suites, phase, subject ? *subject : *reference, *reference, options,
      [&](const CheckResult& result) {
        out.told += result.check->name +
                    (result.case_label.empty() ? "" : "[" + result.case_label + "]") + " ";
      },
      nullptr);
  return out;
}

RunOptions running() {
  RunOptions options;
  options.application_runs = true;
  return options;
}

// A check that writes its name into a file each time that it is tried, and fails.
std::string tracing(const std::string& name, const std::filesystem::path& file,
                    const std::string& more) {
  return fmt::format("  - {{name: {0}, command: [sh, -c, 'echo {0} >> {1}; exit 1']{2}}}\n", name,
                     file.string(), more);
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

TEST_CASE("checks that wait are tried in turn, each to the end of its own time", "[checks][wait]") {
  const TempDir dir;
  const auto file = dir.path() / "tried";
  Simulation simulation;
  const Ran ran = run(
      tracing("a", file, ", wait: 2s") + tracing("b", file, "") + tracing("c", file, ", wait: 1s"),
      simulation, running());
  CHECK(simulation.trace == "+100 +200 +400 +300 +500 +500 ");
  CHECK(one_line(bytes_of(file)) == "a b c a c a c a c c a a ");
  CHECK(ran.told == "a b c ");
  CHECK(ran.report.results[0].attempts == 6);
  CHECK(ran.report.results[1].attempts == 1);
  CHECK(ran.report.results[2].attempts == 5);
  CHECK(ran.report.results[0].took == milliseconds(2'000));
  CHECK(ran.report.results[2].took == milliseconds(1'000));
  // Only sleeping takes time here, and what waits together is counted but once.
  CHECK(ran.report.results[0].waited == milliseconds(2'000));
  CHECK(ran.report.results[0].worked().count() == 0);
  CHECK(summary_of(ran.report.results) ==
        "fail: expected exit 0, got exit 1\nfail: expected exit 0, got exit 1\n"
        "fail: expected exit 0, got exit 1");
}

TEST_CASE("ten checks wait as long as one, and each second", "[checks][wait]") {
  const std::string check = "  - {name: x%, query: SELECT 1, value: 2, wait: 4s}\n";
  std::string checks;
  for (char c = '0'; c <= '9'; ++c) {
    checks += std::string(check).replace(check.find('%'), 1, 1, c);
  }
  Simulation simulation;
  const Ran ran = run(checks, simulation, running());
  CHECK(simulation.trace == "+100 +200 +400 +800 +1000 +1000 +500 ");
  CHECK(ran.report.took == milliseconds(4'000));
  CHECK(ran.told == "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 ");
  for (const CheckResult& result : ran.report.results) CHECK(result.attempts == 8);
}

TEST_CASE("a check passes as soon as it does, and holds back only what is told", "[checks][wait]") {
  const TempDir dir;
  const auto live = dir.path() / "app.db";
  run_sql(live, kShop);
  Simulation simulation;
  simulation.on_sleep = [&](long now) {
    if (now == 300) run_sql(live, "INSERT INTO shop VALUES (1, 'a')");
  };
  const Ran ran =
      run("  - {name: a, query: SELECT count(*) FROM shop, value: 1, wait: 60s}\n"
          "  - {name: b, query: SELECT 1, value: 1}\n"
          "  - {name: c, query: 'SELECT :n', value: 1, wait: 100ms, cases: [{n: 1}, {n: 2}]}\n",
          simulation, running(), Phase::after, live);
  CHECK(summary_of(ran.report.results) == "pass\npass\npass\nfail: expected 1, got 2");
  CHECK(simulation.trace == "+100 +200 ");
  CHECK(ran.report.results[0].attempts == 3);
  CHECK(ran.told == "a b c[n=1] c[n=2] ");
}

TEST_CASE("what cannot be evaluated is not tried again", "[checks][wait]") {
  Simulation simulation;
  const Ran ran =
      run("  - {name: a, query: SELECT * FROM later, rows: 1, when: after, wait: 60s}\n"
          "  - {name: b, command: [no-such-program], wait: 60s}\n",
          simulation, running());
  CHECK(simulation.trace == "");
  CHECK(summary_of(ran.report.results) ==
        "error: expected 1 row, got no such table: later\n"
        "error: expected exit 0, got cannot run no-such-program: No such file or directory");
}

TEST_CASE("a database that is locked is tried again", "[checks][wait]") {
  const TempDir dir;
  const auto live = dir.path() / "app.db";
  run_sql(live, kShop);
  SQLite::Database writer(live.string(), SQLite::OPEN_READWRITE);
  writer.exec("BEGIN EXCLUSIVE");
  Simulation simulation;
  simulation.on_sleep = [&](long now) {
    if (now == 300) writer.exec("ROLLBACK");
  };
  // Opened before it is locked, as the live database of a verify is.
  const auto reference = database_of(kShop);
  writer.exec("ROLLBACK");
  const auto subject = sqlite::open_live(live);
  writer.exec("BEGIN EXCLUSIVE");
  const Suites suites =
      Suites::load({{"s1.yaml",
                     "version: 1\nchecks:\n"
                     "  - {name: a, query: SELECT count(*) FROM shop, value: 0, wait: 60s, "
                     "timeout: 20ms}\n"
                     "  - {name: b, column: shop.name, not_null: true, wait: 60s, "
                     "timeout: 20ms}\n"}},
                   *reference, sqlite::apply_migration);
  RunOptions options = running();
  options.pace = simulation.pace();
  const auto results =
      run_suites(suites, Phase::after, *subject, *reference, options, nullptr, nullptr).results;
  CHECK(summary_of(results) == "pass\npass | 0 values judged");
  CHECK(results[0].attempts == 3);
  CHECK(results[1].attempts == 3);
}

TEST_CASE("a database that stays locked is an error, and no failure", "[checks][wait]") {
  const TempDir dir;
  const auto live = dir.path() / "app.db";
  run_sql(live, kShop);
  const auto subject = sqlite::open_live(live);
  SQLite::Database writer(live.string(), SQLite::OPEN_READWRITE);
  writer.exec("BEGIN EXCLUSIVE");
  const LoadedSuites loaded =
      load_texts({"version: 1\nchecks:\n"
                  "  - {name: a, query: SELECT count(*) FROM shop, value: 1, timeout: 20ms}\n"
                  "  - {name: b, column: shop.name, each: a, not_null: true, timeout: 20ms}\n"});
  const auto results = run_suites(loaded.suites, Phase::after, *subject, *loaded.reference,
                                  running(), nullptr, nullptr)
                           .results;
  CHECK(summary_of(results) ==
        "error: expected 1, got database is locked\n"
        "error: expected each value of shop.name: 'a', got database is locked");
}

TEST_CASE("a warning is waited for like any other", "[checks][wait]") {
  Simulation simulation;
  const Ran ran = run("  - {name: a, query: SELECT 1, value: 2, wait: 100ms, severity: warn}\n",
                      simulation, running());
  CHECK(summary_of(ran.report.results) == "warn: expected 2, got 1");
  CHECK(ran.report.results[0].attempts == 2);
}

TEST_CASE("the window waits for nothing", "[checks][wait]") {
  const std::string checks =
      "  - {name: a, query: SELECT 1, value: 2, wait: 60s}\n"
      "  - {name: b, query: SELECT 1, value: 1}\n"
      "  - {name: c, command: [\"false\"]}\n"
      "  - {name: d, log: /no/such/file, forbid: [x]}\n"
      "  - {name: e, log: /no/such/file, forbid: [x], skip: not yet}\n";
  Simulation simulation;
  const Ran window = run(checks, simulation);
  CHECK(simulation.trace == "");
  std::string reasons;
  for (const CheckResult& result : window.report.results) {
    reasons +=
        fmt::format("{} {} {}\n", result.check->name, to_string(result.status), result.skip_reason);
  }
  CHECK(reasons ==
        "a skip needs the running application; baseline verify runs it\n"
        "b pass \n"
        "c skip needs the running application; baseline verify runs it\n"
        "d skip needs the running application; baseline verify runs it\n"
        "e skip not yet\n");
  CHECK(window.report.deferred() == 3);
  CHECK(window.report.count(Status::skip) == 4);

  const Ran verify = run(checks, simulation, running());
  CHECK(verify.report.deferred() == 0);
  CHECK(verify.report.count(Status::fail) == 3);
  CHECK(verify.report.count(Status::skip) == 1);
}

TEST_CASE("before the swap a check with wait has one attempt", "[checks][wait]") {
  Simulation simulation;
  const Ran ran =
      run("  - {name: a, query: SELECT 1, value: 2, wait: 60s}\n", simulation, {}, Phase::before);
  CHECK(simulation.trace == "");
  CHECK(summary_of(ran.report.results) == "fail: expected 2, got 1");
}

TEST_CASE("waiting can be interrupted, and tells what it is for", "[checks][wait]") {
  const auto reference = database_of(kShop);
  const Suites suites = Suites::load({{"s1.yaml",
                                       "version: 1\nchecks:\n"
                                       "  - {name: a, query: SELECT 1, value: 2, wait: 60s}\n"
                                       "  - {name: b, query: SELECT 1, value: 2, wait: 100ms}\n"}},
                                     *reference, sqlite::apply_migration);
  Simulation simulation;
  RunOptions options = running();
  options.pace = simulation.pace();
  std::string told;
  options.on_wait = [&](std::string_view what) { told += fmt::format("{}; ", what); };
  const auto interrupt = [&] {
    if (simulation.milliseconds_passed() > 1'000) throw Interrupted(2);
  };
  CHECK_THROWS_AS(
      run_suites(suites, Phase::after, *reference, *reference, options, nullptr, interrupt),
      Interrupted);
  CHECK(simulation.trace == "+100 +200 +400 +800 ");
  CHECK(told == "2 checks; s1/a; s1/a; s1/a; ");
}

TEST_CASE("errors of wait", "[checks][load]") {
  const auto error = [](const std::string& keys) {
    return load_errors({suite_of("  - {name: x, " + keys + "}\n")});
  };
  CHECK(error("query: SELECT 1, value: 1, wait: 30") ==
        "s1.yaml:4:48: error: 'wait' must be a duration like 500ms, 30s or 5m; got 30 (no unit)");
  CHECK(error("query: SELECT 1, value: 1, wait: soon") ==
        "s1.yaml:4:48: error: 'wait' must be a duration like 500ms, 30s or 5m; got 'soon'");
  CHECK(error("rejects: DELETE FROM item, by: valid_price, wait: 5s") ==
        "s1.yaml:4:59: error: 'wait' is not for rejects: its result cannot change");
  CHECK(error("schema: baseline, wait: 5s") ==
        "s1.yaml:4:33: error: 'wait' is not for schema: its result cannot change");
  CHECK(load_errors({"version: 1\nfixtures: {f: DELETE FROM item}\nchecks:\n"
                     "  - {name: x, query: SELECT 1, value: 1, given: f, wait: 5s}\n"}) ==
        "s1.yaml:4:52: error: 'wait' is not for a query with 'given': its result cannot change");
  CHECK(error("log: a.log, forbid: [x], wait: 5s") ==
        "s1.yaml:4:46: error: 'wait' needs 'expect': without one the first look decides");
}

}  // namespace
}  // namespace baseline::wait_test
