#include "report/run_log.hpp"

#include <cstddef>

namespace baseline {
namespace {

// A run that waits looks at the database again and again.
constexpr std::size_t kMostSteps = 200;

}  // namespace

void RunLog::step_started(Step step) {
  if (run_.steps.size() < kMostSteps) {
    run_.steps.push_back({step, depth_, std::chrono::steady_clock::now() - start_, {}});
  }
  ++depth_;
  next_.step_started(step);
}

void RunLog::step_finished(Step step, std::chrono::nanoseconds took, bool good) {
  --depth_;
  // Not by std::views: Clang 14, which fuzzes this, cannot read those of GCC 12.
  for (std::size_t i = run_.steps.size(); i-- > 0;) {
    TimedStep& one = run_.steps[i];
    if (one.step != step || one.took) continue;
    one.took = took;
    one.good = good;
    break;
  }
  next_.step_finished(step, took, good);
}

void RunLog::recorded(std::string_view run) {
  run_.run = run;
  next_.recorded(run);
}

void RunLog::note(std::string_view text) {
  run_.notes.emplace_back(text);
  next_.note(text);
}

void RunLog::warning(std::string_view text) {
  run_.warnings.emplace_back(text);
  next_.warning(text);
}

}  // namespace baseline
