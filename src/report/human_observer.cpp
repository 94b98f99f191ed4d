#include "report/human_observer.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "base/text.hpp"
#include "report/human.hpp"

namespace baseline {
namespace {

using std::chrono::steady_clock;

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

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
  }
  return "?";
}

void HumanObserver::step_started(Step) { started_ = steady_clock::now(); }

void HumanObserver::step_finished(Step step, std::chrono::nanoseconds took) {
  clear_bar();
  if (detail_ != Detail::verbose) return;
  print(fmt::format("  {:>8}  {}\n", human_report::duration(took), words_for(step)));
}

void HumanObserver::progress(Step step, std::uint64_t done, std::uint64_t total) {
  using namespace std::chrono_literals;
  const auto now = steady_clock::now();
  if (!terminal_ || detail_ == Detail::quiet || now - started_ < 500ms || now - drawn_ < 100ms) {
    return;
  }
  drawn_ = now;
  bar_shown_ = true;
  constexpr std::uint64_t kWidth = 24;
  const std::uint64_t filled = total == 0 ? kWidth : done * kWidth / total;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = static_cast<double>(done) / seconds;
  const double left = rate > 0 ? static_cast<double>(total - done) / rate : 0;
  print(fmt::format("\r\x1b[K  {} [{:#<{}}{:.<{}}] {} of {}, {}/s, {:.0f} s left", words_for(step),
                    "", filled, "", kWidth - filled, human_size(done), human_size(total),
                    human_size(static_cast<std::uint64_t>(rate)), left));
}

void HumanObserver::waiting(std::string_view what) {
  using namespace std::chrono_literals;
  // Drawn when it changes and not at each look, so that nothing flickers.
  if (!terminal_ || detail_ == Detail::quiet || steady_clock::now() - started_ < 500ms ||
      (bar_shown_ && awaited_ == what)) {
    return;
  }
  // On one line of a narrow terminal: a longer one could not be wiped.
  constexpr std::size_t kWidth = 56;
  awaited_ = what;
  bar_shown_ = true;
  std::string text = printable(what);
  if (text.size() > kWidth) text = text.substr(0, utf8_prefix(text.substr(0, kWidth))) + "…";
  print(fmt::format("\r\x1b[K  waiting for {}", text));
}

void HumanObserver::note(std::string_view text) {
  clear_bar();
  if (detail_ != Detail::quiet) print(fmt::format("{} {}\n", style_(Tone::strong, "note:"), text));
}

void HumanObserver::warning(std::string_view text) {
  clear_bar();
  print(fmt::format("{} {}\n", style_(Tone::caution, "warning:"), text));
}

void HumanObserver::clear_bar() {
  if (bar_shown_) print("\r\x1b[K");
  bar_shown_ = false;
}

}  // namespace baseline
