#include "store/sqlite/session/measure.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "os/clock.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/indexes.hpp"
#include "store/sqlite/session/run.hpp"

namespace baseline::sqlite {
namespace {

// The counter of the last run (https://www.sqlite.org/c3ref/c_stmtstatus_counter.html). SQLite adds
// up 32 bits without a sign and hands them out with one.
std::uint64_t counter(sqlite3_stmt* statement, int which) {
  return static_cast<unsigned>(sqlite3_stmt_status(statement, which, 0));
}

void reset_counters(sqlite3_stmt* statement) {
  for (const int which : {SQLITE_STMTSTATUS_FULLSCAN_STEP, SQLITE_STMTSTATUS_SORT,
                          SQLITE_STMTSTATUS_AUTOINDEX, SQLITE_STMTSTATUS_VM_STEP}) {
    sqlite3_stmt_status(statement, which, 1);
  }
}

class Measurement {
 public:
  Measurement(const Workshop& workshop, const MeasureRequest& request)
      : database_(workshop.database),
        guard_(workshop.guard),
        schema_(workshop.schema),
        own_(workshop.own),
        request_(request) {}

  CostOutcome run() {
    const Guard::Scope scope(guard_, request_.limits);
    std::set<std::string> reads;
    std::optional<Guard::Noting> noting(std::in_place, guard_, reads);
    StatementReader reader(database_.getHandle(), guard_, request_.sql);
    CostOutcome outcome;
    outcome.engine = fmt::format("SQLite {}", sqlite3_libversion());
    const Statement* const statement = reader.next();
    if (statement == nullptr || !reader.at_end()) {
      outcome.failure =
          reader.failure()
              ? *reader.failure()
              : SqlFailure{SqlFailure::Kind::denied, "cost must be one statement", 0, 1, {}};
      return outcome;
    }
    noting.reset();
    if (!read_plan(outcome)) return outcome;
    count_rows(reads, outcome);
    // The counted run is the warm-up of the timed ones, too.
    reset_counters(statement->handle.get());
    if (!run_once(reader, *statement, outcome)) return outcome;
    for (unsigned i = 0; i < request_.timed_runs; ++i) {
      if (!run_once(reader, *statement, outcome)) return outcome;
      outcome.fastest = i == 0 ? took_ : std::min(outcome.fastest, took_);
    }
    return outcome;
  }

 private:
  void count_rows(const std::set<std::string>& reads, CostOutcome& outcome) {
    const Guard::Pause pause(guard_);
    const std::set<std::string>& tables = schema_.plain_tables();
    for (const std::string& name : reads) {
      // Not a view, nor a function that is read like a table, nor one of SQLite's own.
      if (!tables.contains(to_lower(name))) continue;
      outcome.read.push_back(name);
      const bool bare =
          own_.number(fmt::format("SELECT count(*) < 2 FROM (SELECT 1 FROM {} LIMIT 2)",
                                  quoted_identifier(name))) != 0;
      if (bare) outcome.bare.push_back(name);
    }
  }

  bool read_plan(CostOutcome& outcome) {
    const std::string sql = fmt::format("EXPLAIN QUERY PLAN {}", request_.sql);
    StatementReader reader(database_.getHandle(), guard_, sql);
    const Statement* const plan = reader.next();
    if (plan == nullptr) {
      outcome.failure = reader.failure();
      return false;
    }
    sqlite3_stmt* const running = plan->handle.get();
    bind(running, request_.bindings);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(running)) == SQLITE_ROW) {
      constexpr int kDetail = 3;
      const Value detail = column_value(running, kDetail);
      if (const auto* line = std::get_if<std::string>(&detail)) outcome.plan.push_back(*line);
    }
    if (code != SQLITE_DONE) {
      outcome.failure = explained(schema_, guard_, reader, *plan, code, request_.limits);
      return false;
    }
    const Guard::Pause pause(guard_);
    const Indexes& indexes = schema_.indexes();
    for (const std::string& line : outcome.plan) {
      for (std::string& name : indexes.used_by(line, request_.sql)) {
        const bool known = std::ranges::find(outcome.uses, name) != outcome.uses.end();
        if (!known) outcome.uses.push_back(std::move(name));
      }
    }
    return true;
  }

  // False, and a failure, when it could not run to its end. What it wrote is undone.
  bool run_once(const StatementReader& reader, const Statement& statement, CostOutcome& outcome) {
    sqlite3_stmt* const running = statement.handle.get();
    if (!statement.info.read_only) own_.run("SAVEPOINT \"baseline cost\"");
    const SteadyClock::time_point start = SteadyClock::now();
    const int code = run_to_end(statement, request_.bindings);
    took_ = SteadyClock::now() - start;
    if (code != SQLITE_DONE) {
      outcome.failure = explained(schema_, guard_, reader, statement, code, request_.limits);
    } else if (outcome.steps == 0) {
      outcome.steps = counter(running, SQLITE_STMTSTATUS_VM_STEP);
      outcome.sorted = counter(running, SQLITE_STMTSTATUS_SORT);
      // To fill an index that lives as long as the statement, SQLite scans the table and counts the
      // rows elsewhere.
      outcome.scanned = counter(running, SQLITE_STMTSTATUS_FULLSCAN_STEP) +
                        counter(running, SQLITE_STMTSTATUS_AUTOINDEX);
    }
    sqlite3_reset(running);
    // OR ROLLBACK has ended the transaction; then there is nothing to go back to.
    if (!statement.info.read_only && sqlite3_get_autocommit(database_.getHandle()) == 0) {
      own_.run("ROLLBACK TO \"baseline cost\"");
      own_.run("RELEASE \"baseline cost\"");
    }
    return !outcome.failure;
  }

  SQLite::Database& database_;
  Guard& guard_;
  SchemaCache& schema_;
  OwnStatements& own_;
  const MeasureRequest& request_;
  std::chrono::nanoseconds took_{};
};

}  // namespace

CostOutcome measured(const Workshop& workshop, const MeasureRequest& request) {
  return Measurement(workshop, request).run();
}

}  // namespace baseline::sqlite
