#include "report/human_observer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/human.hpp"
#include "report/progress_bar.hpp"

namespace baseline {
namespace {

using std::chrono::steady_clock;

Progress::Unit unit_of(Step step) {
  return step == Step::try_mutants ? Progress::Unit::pieces : Progress::Unit::bytes;
}

// Where the name stands when the step is done, so that nothing jumps then.
std::string running_line(Step step) { return fmt::format("  ·            {}", words_for(step)); }

}  // namespace

std::string_view words_for(Step step) {
  switch (step) {
    case Step::look:
      return "look at the database";
    case Step::recover:
      return "recover an interrupted run";
    case Step::stage:
      return "build the candidate";
    case Step::check_candidate:
      return "check the candidate";
    case Step::freeze:
      return "freeze the old database";
    case Step::copy:
      return "copy the old database";
    case Step::swap:
      return "swap";
    case Step::check_live:
      return "check the live database";
    case Step::swap_back:
      return "swap back";
    case Step::seal:
      return "seal the backup";
    case Step::back_up:
      return "copy the database";
    case Step::export_backup:
      return "export the backup";
    case Step::second_copy:
      return "make the second copy";
    case Step::verify_backups:
      return "verify backups";
    case Step::stop_application:
      return "stop the application";
    case Step::start_application:
      return "start the application";
    case Step::revert_application:
      return "put the application's old version back";
    case Step::try_mutants:
      return "try the mutants";
  }
  return "?";
}

void HumanObserver::step_started(Step step) {
  running_.push_back({step, steady_clock::now()});
  if (shows_steps()) screen_.draw(running_line(step));
}

void HumanObserver::step_finished(Step step, std::chrono::nanoseconds took, bool good) {
  running_.pop_back();
  awaited_.clear();
  if (!shows_steps()) return screen_.clear();
  told_steps_ = true;
  screen_.line(fmt::format("  {}  {:>8}  {}",
                           good ? style_(Tone::good, "✓") : style_(Tone::bad, "✗"),
                           human_report::duration(took), words_for(step)));
  if (!running_.empty()) screen_.draw(running_line(running_.back().step));
}

void HumanObserver::progress(Step step, std::uint64_t done, std::uint64_t total) {
  using namespace std::chrono_literals;
  const auto now = steady_clock::now();
  if (!is_long(now)) return;
  const auto since = std::max(drawn_, running_.back().started);
  const Progress progress{done, total, now - running_.back().started, unit_of(step)};
  if (screen_.is_terminal()) {
    if (now - drawn_ < 100ms) return;
    screen_.draw("  " + progress_bar(words_for(step), progress, screen_.columns() - 2));
  } else {
    if (step != Step::try_mutants || now - since < 5s) return;
    screen_.line(progress_sentence(words_for(step), progress));
  }
  drawn_ = now;
}

void HumanObserver::waiting(std::string_view what) {
  // Drawn when it changes and not at each look. What waits outside of any step waits already.
  const bool shown = running_.empty() ? detail_ != Detail::quiet : is_long(steady_clock::now());
  if (!shown || awaited_ == what) return;
  awaited_ = what;
  screen_.draw("  waiting for " + printable(what));
}

void HumanObserver::ready() {
  note("start the application now: what is left to do is about the backup");
}

void HumanObserver::note(std::string_view text) {
  if (detail_ == Detail::quiet) return;
  screen_.line(fmt::format("{} {}", style_(Tone::strong, "note:"), printable_lines(text)));
}

void HumanObserver::warning(std::string_view text) {
  screen_.line(fmt::format("{} {}", style_(Tone::caution, "warning:"), printable_lines(text)));
}

bool HumanObserver::shows_steps() const {
  return detail_ == Detail::verbose || (detail_ == Detail::steps && screen_.is_terminal());
}

bool HumanObserver::is_long(steady_clock::time_point now) const {
  using namespace std::chrono_literals;
  return detail_ != Detail::quiet && !running_.empty() && now - running_.back().started >= 500ms;
}

}  // namespace baseline
