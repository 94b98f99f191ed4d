#include "report/run_log.hpp"

#include "pipeline/context.hpp"
#include "support/catch.hpp"
#include "support/workbench.hpp"

namespace baseline::run_log_test {
namespace {

TEST_CASE("a log of a run has its steps, parts of steps, notes and warnings", "[report]") {
  struct Heard final : Observer {
    int steps = 0;
    int texts = 0;
    void step_started(Step) override { ++steps; }
    void step_finished(Step, std::chrono::nanoseconds, bool) override { ++steps; }
    void progress(Step, std::uint64_t, std::uint64_t) override { ++texts; }
    void waiting(std::string_view) override { ++texts; }
    void recorded(std::string_view) override { ++texts; }
    void note(std::string_view) override { ++texts; }
    void warning(std::string_view) override { ++texts; }
  } heard;
  CheckRun run;
  RunLog log(heard, run, std::chrono::steady_clock::now());
  {
    const StepScope outer(log, Step::recover);
    const StepScope inner(log, Step::seal);
  }
  log.step_started(Step::look);
  log.progress(Step::look, 1, 2);
  log.waiting("3 checks");
  log.note("a note");
  log.warning("a warning");
  log.recorded("20261121T023558Z-001-9f31c2aa");

  REQUIRE(run.steps.size() == 3);
  CHECK(run.steps[0].step == Step::recover);
  CHECK(run.steps[0].depth == 0);
  CHECK(run.steps[1].depth == 1);
  CHECK(run.steps[1].start >= run.steps[0].start);
  CHECK(*run.steps[0].took >= *run.steps[1].took);
  CHECK_FALSE(run.steps[2].took);
  CHECK(run.notes == std::vector<std::string>{"a note"});
  CHECK(run.warnings == std::vector<std::string>{"a warning"});
  CHECK(run.run == "20261121T023558Z-001-9f31c2aa");
  CHECK(heard.steps == 5);
  CHECK(heard.texts == 5);

  for (int i = 0; i < 1000; ++i) const StepScope again(log, Step::look);
  CHECK(run.steps.size() == 200);
}

}  // namespace
}  // namespace baseline::run_log_test
