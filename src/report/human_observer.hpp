#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/observer.hpp"
#include "report/screen.hpp"
#include "report/style.hpp"

namespace baseline {

/// Tells on stderr what a run does: notes, warnings, the steps with their times; and, on a terminal
/// only, a progress bar for what takes longer than half a second, and what is waited for. Elsewhere
/// a line every five seconds tells how many mutants were tried.
class HumanObserver final : public Observer {
 public:
  enum class Detail {
    quiet,    ///< only warnings
    normal,   ///< notes as well, and what takes long
    steps,    ///< on a terminal, each step as well
    verbose,  ///< each step, wherever stderr goes
  };
  HumanObserver(Detail detail, Screen& screen, Style style)
      : detail_(detail), screen_(screen), style_(style) {}
  /// On a terminal an empty line sets what follows apart from the steps.
  ~HumanObserver() override {
    if (told_steps_ && screen_.is_terminal()) screen_.line("");
  }

  void step_started(Step step) override;
  void step_finished(Step step, std::chrono::nanoseconds took, bool good) override;
  void progress(Step step, std::uint64_t done, std::uint64_t total) override;
  void waiting(std::string_view what) override;
  void ready() override;
  void note(std::string_view text) override;
  void warning(std::string_view text) override;
  void done() override { screen_.finish(); }

 private:
  struct Running {
    Step step;
    std::chrono::steady_clock::time_point started;
  };

  bool shows_steps() const;
  // Whether the innermost step has taken long enough to show how far it is.
  bool is_long(std::chrono::steady_clock::time_point now) const;

  Detail detail_;
  Screen& screen_;
  Style style_;
  std::vector<Running> running_;  ///< a step may be part of another one
  bool told_steps_ = false;
  std::string awaited_;  ///< what the changing line says that is waited for
  std::chrono::steady_clock::time_point drawn_;
};

/// "build the candidate", "freeze the old database", … : a step in the words of the manual.
std::string_view words_for(Step step);

}  // namespace baseline
