#pragma once

#include <chrono>

#include "base/observer.hpp"
#include "report/check_run.hpp"

namespace baseline {

/// Writes down what an observer is told, for the reports of a run, and passes it on.
class RunLog final : public Observer {
 public:
  /// Both must outlive it. Times are counted from `start`.
  RunLog(Observer& next, CheckRun& run, std::chrono::steady_clock::time_point start)
      : next_(next), run_(run), start_(start) {}

  void step_started(Step step) override;
  void step_finished(Step step, std::chrono::nanoseconds took, bool good) override;
  void progress(Step step, std::uint64_t done, std::uint64_t total) override {
    next_.progress(step, done, total);
  }
  void waiting(std::string_view what) override { next_.waiting(what); }
  void recorded(std::string_view run) override;
  void ready() override { next_.ready(); }
  void note(std::string_view text) override;
  void warning(std::string_view text) override;
  void done() override { next_.done(); }

 private:
  Observer& next_;
  CheckRun& run_;
  std::chrono::steady_clock::time_point start_;
  int depth_ = 0;
};

}  // namespace baseline
