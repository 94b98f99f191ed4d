#include "support/sample_run.hpp"

#include <fstream>
#include <iterator>
#include <utility>

#include "support/catch.hpp"

using namespace baseline;

// U+2028 is a line separator to JavaScript and YAML 1.1, U+FFFE is no character, 0xFF no UTF-8.
const std::string kHostile =
    "\x1b[31m <script>\"&'</script> ]]> # \\ 100% a:b,c \xE2\x80\xA8 \xEF\xBF\xBE \xFF \x7F\x01";

namespace {

CheckIdentity check(const std::string& suite, const std::string& name, int line) {
  CheckIdentity check;
  check.suite = suite;
  check.name = name;
  check.kind = "query";
  check.file = "checks/" + suite + ".yaml";
  check.line = line;
  check.column = 5;
  return check;
}

CheckResult result(CheckIdentity check, Status status) {
  CheckResult result(std::move(check));
  result.status = status;
  return result;
}

CheckResult failed() {
  CheckIdentity price = check("shop", "price out of range", 9);
  price.kind = "rejects";
  CheckResult failed = result(price, Status::fail);
  failed.case_label = "price=-1";
  failed.expected = "rejection by CHECK valid_price";
  failed.got = "accepted: 1 row changed";
  failed.sql = "INSERT INTO item VALUES (1, -1)";
  failed.hint = "the migration lost a constraint";
  failed.rerun = "baseline plan --only 'shop/price out of range'";
  return failed;
}

CheckRun deploy() {
  CheckRun run;
  run.command = "deploy";
  run.database = "/srv/shop.db";
  run.engine = "SQLite 3.40.1";
  run.started = std::chrono::system_clock::from_time_t(1795228558);  // 2026-11-21T02:35:58Z
  return run;
}

SuiteReport phase(Phase phase, std::vector<CheckResult> results) {
  SuiteReport report;
  report.phase = phase;
  report.results = std::move(results);
  return report;
}

}  // namespace

CheckRun run_with_all_statuses() {
  CheckRun run = deploy();
  CheckResult passed = result(check("shop", "a price is a number", 5), Status::pass);
  passed.note = "fair_price is reported first";
  CheckResult error = result(check("shop", "every item has a shop", 14), Status::error);
  error.expected = "0 rows";
  error.got = "no such table: item";
  CheckIdentity few = check("size", "few items", 3);
  few.severity = Severity::warn;
  CheckResult warned = result(few, Status::warn);
  warned.expected = "< 10 rows";
  warned.got = "12";
  warned.why = "two shops:\n- 5 of 'north'\n- 7 of 'south'";
  CheckResult skipped = result(check("size", "no empty shop", 8), Status::skip);
  skipped.skip_reason = "see issue #12";
  run.phases = {phase(Phase::before, {passed, failed(), error, warned, skipped}),
                phase(Phase::after, {passed})};
  run.outcome = "checks failed";
  run.exit_code = 1;
  return run;
}

CheckRun refused_run() {
  CheckRun run = deploy();
  CheckIdentity integrity;
  integrity.suite = "baseline";
  integrity.name = "integrity";
  integrity.kind = "integrity";
  const CheckResult own(integrity);
  run.phases = {phase(Phase::before, {own})};
  Error error(ErrorCode::in_use, "cannot lock /srv/shop.db: in use by pid 4242 (python shop.py)",
              "stop the application, or wait for it with --wait 30s");
  error.add_note("it was opened during the deploy");
  conclude(run, error);
  run.exit_code = 3;
  return run;
}

CheckRun idle_run() {
  CheckRun run = deploy();
  ReplaceReport report;
  report.outcome = Outcome::nothing_to_do;
  report.revision = "1a2b";
  conclude(run, report);
  run.exit_code = 0;
  return run;
}

CheckRun hostile_run() {
  CheckRun run = deploy();
  run.command = "verify";
  run.database = "/srv/" + kHostile;
  CheckIdentity hostile = check(kHostile, kHostile, 1);
  hostile.file = kHostile;
  hostile.tags = {kHostile};
  CheckResult bad = result(hostile, Status::fail);
  bad.case_label = kHostile;
  for (std::string* text :
       {&bad.expected, &bad.got, &bad.sql, &bad.why, &bad.note, &bad.hint, &bad.rerun}) {
    *text = kHostile + "\r\nsecond line";
  }
  CheckResult skipped = bad;
  skipped.status = Status::skip;
  skipped.skip_reason = kHostile;
  CheckResult error = bad;
  error.status = Status::error;
  run.phases = {phase(Phase::after, {bad, bad, skipped, error})};
  Error failure(ErrorCode::io, kHostile, kHostile);
  failure.add_note(kHostile);
  failure.set_problems({{{}, 0, 0, kHostile}});
  conclude(run, failure);
  run.exit_code = 5;
  return run;
}

std::string golden(const std::string& name) {
  std::ifstream in(std::string(TEST_GOLDEN_DIR) + "/" + name, std::ios::binary);
  INFO(name);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}
