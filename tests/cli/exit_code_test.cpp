#include "cli/exit_code.hpp"

#include "support/catch.hpp"

using namespace baseline;

TEST_CASE("the exit code of a status is that of what an operator has to do") {
  StatusReport report;
  report.at_baseline = true;
  CHECK(exit_code(report) == 0);

  SECTION("an interrupted run is no good state, even at the baseline") {
    report.interruption.emplace();
    report.interruption->position = Position::swapped;
    CHECK(exit_code(report) == 1);
    report.interruption->position = Position::undecidable;
    CHECK(exit_code(report) == 6);
  }
  SECTION("drift") {
    report.drift.emplace_back();
    CHECK(exit_code(report) == 1);
  }
  SECTION("a run that is under way will end with its own code") {
    report.at_baseline = false;
    CHECK(exit_code(report) == 1);
    report.running = "pid 1";
    CHECK(exit_code(report) == 0);
  }
}
