#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/observer.hpp"
#include "report/style.hpp"

namespace baseline {

/// Tells on stderr what a run does: notes and warnings always, the steps with their times when
/// asked to; and, on a terminal only, a progress bar for what takes longer than half a second, and
/// what is waited for.
class HumanObserver final : public Observer {
 public:
  enum class Detail { quiet, normal, verbose };
  HumanObserver(Detail detail, bool terminal, Style style)
      : detail_(detail), terminal_(terminal), style_(style) {}
  ~HumanObserver() override { clear_bar(); }

  void step_started(Step step) override;
  void step_finished(Step step, std::chrono::nanoseconds took) override;
  void progress(Step step, std::uint64_t done, std::uint64_t total) override;
  void waiting(std::string_view what) override;
  void note(std::string_view text) override;
  void warning(std::string_view text) override;

 private:
  void clear_bar();

  Detail detail_;
  bool terminal_;
  Style style_;
  bool bar_shown_ = false;
  std::string awaited_;  ///< what the line on the screen says that is waited for
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
};

/// "build the candidate", "freeze the old database", … : a step in the words of the manual.
std::string_view words_for(Step step);

}  // namespace baseline
