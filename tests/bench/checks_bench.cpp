// What checks cost beside the SQL that they run: 1 000 `rejects` checks with cases through loader
// and runner, against the same statements in plain prepared SQLite calls. Both run in turns, so
// that what else the machine does hits both; medians are compared.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "checks/runner.hpp"
#include "checks/suite.hpp"
#include "store/migration.hpp"
#include "store/sqlite/session/sessions.hpp"

namespace {

using namespace baseline;

constexpr int kChecks = 1'000;
constexpr int kPairs = 21;

const char* const kFixture = "INSERT INTO channel_configs (channel_id, guild_id) VALUES (-1, -2)";

/// One kind of rejection. `{}` is the number of the check, so that no two have the same text.
struct Template {
  const char* sql;
  const char* by;
  int first;  ///< the value of the first case; each further one is one more
  int code;
  const char* message;
};

constexpr Template kTemplates[] = {
    {"INSERT INTO monitoring_targets (channel_id, target_type, display_name, latitude, longitude, "
     "radius_miles) VALUES (-1, 'geographic', 'x{}', :v, 0, 25)",
     "valid_latitude", 91, SQLITE_CONSTRAINT_CHECK, "CHECK constraint failed: valid_latitude"},
    {"INSERT INTO monitoring_targets (channel_id, target_type, display_name, location_id) VALUES "
     "(-1, 'location', 'a{}', :v), (-1, 'location', 'b', :v)",
     "unique_location", 1, SQLITE_CONSTRAINT_UNIQUE,
     "UNIQUE constraint failed: monitoring_targets.channel_id, monitoring_targets.location_id"},
    {"INSERT INTO monitoring_targets (channel_id, target_type, location_id, poll_rate_minutes) "
     "VALUES (-1, 'location', :v, {})",
     "{not_null: monitoring_targets.display_name}", 1, SQLITE_CONSTRAINT_NOTNULL,
     "NOT NULL constraint failed: monitoring_targets.display_name"},
    {"INSERT INTO channel_configs (channel_id, guild_id, poll_rate_minutes) VALUES (-1, :v, {})",
     "{primary_key: channel_configs}", 1, SQLITE_CONSTRAINT_PRIMARYKEY,
     "UNIQUE constraint failed: channel_configs.channel_id"},
};

const Template& template_of(int check) {
  return kTemplates[static_cast<std::size_t>(check) % std::size(kTemplates)];
}

std::string sql_of(int check) {
  std::string sql = template_of(check).sql;
  return sql.replace(sql.find("{}"), 2, std::to_string(check));
}

std::string suite_text(int cases) {
  std::string out =
      fmt::format("version: 1\nforeign_keys: off\nfixtures:\n  channel: {}\nchecks:\n", kFixture);
  for (int check = 0; check < kChecks; ++check) {
    const Template& kind = template_of(check);
    out += fmt::format(
        "  - name: check number {}\n    given: channel\n    rejects: |\n      {}\n"
        "    by: {}\n    cases: [",
        check, sql_of(check), kind.by);
    for (int i = 0; i < cases; ++i)
      out += fmt::format("{}{{v: {}}}", i ? ", " : "", kind.first + i);
    out += "]\n\n";
  }
  return out;
}

void demand(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// Plain calls: each check compiles its statement once; a case is a savepoint, the fixture, the
/// statement, and back. One transaction is around it all.
class Plain {
 public:
  explicit Plain(const std::string& schema) {
    sqlite3* raw = nullptr;
    demand(sqlite3_open(":memory:", &raw) == SQLITE_OK, "open");
    database_.reset(raw);
    demand(sqlite3_exec(raw, schema.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "schema");
    sqlite3_extended_result_codes(raw, 1);
  }

  void run(int cases) {
    const auto fixture = prepare(kFixture);
    const auto savepoint = prepare("SAVEPOINT one");
    const auto back = prepare("ROLLBACK TO one");
    const auto release = prepare("RELEASE one");
    const auto begin = prepare("BEGIN");
    const auto rollback = prepare("ROLLBACK");
    step(begin);
    for (int check = 0; check < kChecks; ++check) {
      const Template& kind = template_of(check);
      const auto statement = prepare(sql_of(check));
      for (int i = 0; i < cases; ++i) {
        step(savepoint);
        step(fixture);
        sqlite3_bind_int(statement.get(), 1, kind.first + i);
        demand(sqlite3_step(statement.get()) == kind.code, "another result");
        demand(std::string(sqlite3_errmsg(database_.get())) == kind.message, "another message");
        sqlite3_reset(statement.get());
        step(back);
        step(release);
      }
    }
    step(rollback);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

  StatementPtr prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    demand(sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK,
           "prepare");
    return StatementPtr(statement);
  }
  static void step(const StatementPtr& statement) {
    demand(sqlite3_step(statement.get()) == SQLITE_DONE, "step");
    sqlite3_reset(statement.get());
  }

  std::unique_ptr<sqlite3, Close> database_;
};

// Time of the processor, not of the wall: one thread, nothing is waited for, and what else the
// machine does must not count.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double timed(const std::function<void()>& action) {
  const double start = processor_ms();
  action();
  return processor_ms() - start;
}

/// Figures of many runs: the median, and the middle half of them.
struct Spread {
  double low, median, high;
};
Spread spread_of(std::vector<double> figures) {
  std::ranges::sort(figures);
  const auto at = [&](std::size_t quarter) { return figures[(figures.size() - 1) * quarter / 4]; };
  return {at(1), at(2), at(3)};
}
void print(const char* what, const Spread& spread, const char* unit) {
  fmt::print("{:<40}{:>8.2f}{}   middle half {:.2f} to {:.2f}\n", what, spread.median, unit,
             spread.low, spread.high);
}

void benchmark(int cases) {
  const Migration migration = builtin_migration();
  const auto reference = sqlite::apply_migration(migration);
  const std::vector<SuiteSource> sources = {{"bench.yaml", suite_text(cases)}};
  Plain plain(migration.sql);
  std::vector<double> load, checks, statements, ratio;
  const auto run_plain = [&] { statements.push_back(timed([&] { plain.run(cases); })); };
  // The first pair warms up.
  for (int i = -1; i < kPairs; ++i) {
    std::unique_ptr<Suites> suites;
    load.push_back(timed([&] {
      suites = std::make_unique<Suites>(Suites::load(sources, *reference, sqlite::apply_migration));
    }));
    if (i % 2 != 0) run_plain();
    checks.push_back(timed([&] {
      const SuiteReport report =
          run_suites(*suites, Phase::before, *reference, *reference, {}, nullptr, nullptr);
      demand(report.count(Status::pass) == std::size_t{kChecks} * static_cast<std::size_t>(cases),
             "a check did not pass");
    }));
    if (i % 2 == 0) run_plain();
    ratio.push_back(checks.back() / statements.back());
    if (i >= 0) continue;
    for (auto* figures : {&load, &checks, &statements, &ratio}) figures->clear();
  }
  fmt::print("{} rejects checks with {} cases each, {} pairs of runs; SQLite {}\n", kChecks, cases,
             kPairs, sqlite3_libversion());
  print("load and compile the suite", spread_of(load), " ms");
  print("run it", spread_of(checks), " ms");
  print("the same statements in plain calls", spread_of(statements), " ms");
  print("run / plain", spread_of(ratio), "  ");
}

}  // namespace

int main() {
  try {
    for (const int cases : {5, 10, 20}) benchmark(cases);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    for (const std::string& line : lines_of(error.problems(), "error"))
      fmt::print(stderr, "{}\n", line);
    return EXIT_FAILURE;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
