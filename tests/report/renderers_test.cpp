#include <string>

#include "report/report_kinds.hpp"
#include "report/result_text.hpp"
#include "support/catch.hpp"
#include "support/sample_run.hpp"

namespace baseline::renderers_test {
namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A verification with `count` results like the one with the status in run_with_all_statuses().
CheckRun run_of(Status status, std::size_t count) {
  CheckRun run = run_with_all_statuses();
  for (const CheckResult& result : run.phases[0].results) {
    if (result.status != status) continue;
    SuiteReport report;
    report.phase = Phase::after;
    report.results.assign(count, result);
    run.phases = {report};
    return run;
  }
  FAIL("no such result");
  return run;
}

TEST_CASE("a warning is a failure in a strict run, whatever the format", "[report]") {
  CheckRun run = run_of(Status::warn, 1);
  CHECK(contains(junit_report(run), "failures=\"0\" errors=\"0\" skipped=\"1\""));
  CHECK(contains(tap_report(run), "# TODO warning\n"));
  CHECK(contains(github_report(run), "::warning "));

  run.phases[0].strict = true;
  CHECK(contains(junit_report(run), "failures=\"1\" errors=\"0\" skipped=\"0\""));
  CHECK(contains(junit_report(run),
                 "<failure message=\"expected &lt; 10 rows, got 12\" "
                 "type=\"warn\">"));
  CHECK_FALSE(contains(tap_report(run), "TODO"));
  CHECK(contains(tap_report(run), "not ok 1 - "));
  CHECK(contains(github_report(run), "::error file="));
  CHECK(contains(json_check_report(run), "\"strict\": true"));
}

TEST_CASE("suites that wait at the same time take no longer than the run", "[report]") {
  CheckRun run = run_of(Status::fail, 2);
  for (CheckResult& result : run.phases[0].results) {
    result.took = std::chrono::seconds(4);
    result.waited = std::chrono::seconds(3);
    result.attempts = 5;
  }
  CHECK(contains(junit_report(run), "skipped=\"0\" time=\"2.000000\" timestamp"));
  CHECK(occurrences(junit_report(run), "\nattempts: 5") == 2);
  CHECK(occurrences(tap_report(run), "\n  attempts: 5\n") == 2);
  // What was run is called what it is.
  for (const auto& [kind, word] :
       {std::pair("command", "command"), {"hook", "command"}, {"log", "log"}, {"query", "sql"}}) {
    auto check = *run.phases[0].results[0].check;
    check.kind = kind;
    run.phases[0].results[0].check = std::make_shared<const CheckIdentity>(check);
    run.phases[0].results.resize(1, run.phases[0].results[0]);
    INFO(kind);
    CHECK(contains(junit_report(run), std::string("\n") + word + ": "));
    CHECK(contains(tap_report(run), std::string("\n  ") + word + ": "));
    CHECK(contains(json_check_report(run), std::string("\"") + word + "\": \""));
  }
}

TEST_CASE("GitHub gets ten annotations of a level, the tenth of which tells of the others",
          "[report]") {
  const std::string ten = github_report(run_of(Status::fail, 10));
  CHECK(occurrences(ten, "::error ") == 10);
  CHECK_FALSE(contains(ten, " more"));

  const std::string more = github_report(run_of(Status::fail, 12));
  CHECK(occurrences(more, "::error ") == 10);
  CHECK(more.ends_with("\n::error title=baseline::and 3 more\n"));

  CHECK(github_report(run_of(Status::warn, 11))
            .ends_with("\n::warning title=baseline::and 2 more\n"));
}

TEST_CASE("the problem of a run is the first annotation, and never one of 'more'", "[report]") {
  CheckRun run = run_of(Status::fail, 12);
  conclude(run, Error(ErrorCode::in_use, "somebody came"));
  CHECK(github_report(run).starts_with("::error title=baseline deploy::somebody came\n"));
}

TEST_CASE("equal cases of a check have different names where consumers drop equal ones",
          "[report]") {
  const CheckRun run = run_of(Status::fail, 3);
  const std::string junit = junit_report(run);
  CHECK(occurrences(junit, "name=\"price out of range [price=-1]\"") == 1);
  CHECK(occurrences(junit, "name=\"price out of range [price=-1] #2\"") == 1);
  CHECK(occurrences(junit, "name=\"price out of range [price=-1] #3\"") == 1);
  const std::string prometheus = prometheus_report(run);
  CHECK(occurrences(prometheus, "case=\"price=-1\"") == 1);
  CHECK(occurrences(prometheus, "case=\"price=-1 #3\"") == 1);
}

TEST_CASE("a made name that is taken already is not used twice", "[report]") {
  result_text::Distinct distinct;
  CHECK(distinct("s", "a") == "a");
  CHECK(distinct("s", "a #2") == "a #2");
  CHECK(distinct("s", "a") == "a #3");
  CHECK(distinct("t", "a") == "a");
  CHECK(distinct("s", "") == "");
  CHECK(distinct("s", "") == "#2");
}

TEST_CASE("results of a suite that do not follow each other are one testsuite", "[report]") {
  CheckRun run = run_with_all_statuses();
  auto& results = run.phases[0].results;
  std::swap(results[2], results[3]);  // shop, shop, size, shop, size
  const std::string junit = junit_report(run);
  CHECK(occurrences(junit, "<testsuite name=\"before.shop\" tests=\"3\"") == 1);
  CHECK(occurrences(junit, "<testsuite ") == 3);
}

TEST_CASE("a run that has not ended is told as an error", "[report]") {
  CheckRun run;
  run.command = "deploy";
  run = unfinished(run);
  const std::string words = "the run has not ended: it is under way, or it was cut off";
  CHECK(contains(junit_report(run), "errors=\"1\""));
  CHECK(contains(junit_report(run), "<error message=\"" + words));
  CHECK(contains(tap_report(run), "\nBail out! " + words + "\n"));
  CHECK(contains(json_check_report(run), "\"outcome\": \"unfinished\""));
  CHECK(contains(json_check_report(run), "\"exit_code\": null"));
  CHECK(contains(github_report(run), "::error title=baseline deploy::" + words));
  // Absent, not 0.
  CHECK_FALSE(contains(prometheus_report(run), "baseline_run_exit_code"));
}

TEST_CASE("only Prometheus' file stays as it is until the run has ended", "[report]") {
  for (const ReportKind& kind : report_kinds()) {
    CHECK(kind.from_the_start == (kind.name != "prometheus"));
  }
}

}  // namespace
}  // namespace baseline::renderers_test
