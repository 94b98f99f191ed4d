#include "report/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/columns.hpp"

namespace baseline {
namespace {

std::string bar(const Progress& progress, std::size_t width) {
  const double share = progress.total == 0 ? 1
                                           : static_cast<double>(progress.done) /
                                                 static_cast<double>(progress.total);
  const auto filled = std::min(width, static_cast<std::size_t>(share * static_cast<double>(width)));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) text += i < filled ? "█" : "░";
  return text;
}

// "12 s left", "3 min left": rounded up, and coarser the longer it is.
std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds) + 1;
  if (whole < 120) return fmt::format("{:>3} s left", whole);
  if (whole < 7'200) return fmt::format("{:>3} min left", (whole + 59) / 60);
  return fmt::format("{:>3} h left", (whole + 3'599) / 3'600);
}

std::string amount(std::uint64_t of, Progress::Unit unit) {
  return unit == Progress::Unit::bytes ? human_size(of) : human_count(of);
}

double rate_of(const Progress& progress) {
  const double seconds = std::max(std::chrono::duration<double>(progress.took).count(), 0.001);
  return static_cast<double>(progress.done) / seconds;
}

double seconds_left(const Progress& progress) {
  return static_cast<double>(progress.total - progress.done) / rate_of(progress);
}

}  // namespace

std::string progress_bar(std::string_view what, const Progress& progress, std::size_t columns) {
  constexpr std::size_t kNarrowest = 8;
  constexpr std::size_t kWidest = 24;
  const double rate = rate_of(progress);
  const bool all = progress.done >= progress.total;
  const std::string speed =
      fmt::format("  {:>8}/s", amount(static_cast<std::uint64_t>(rate), progress.unit));
  // All is read or written, and yet the step is not done: it may have to come to the disk.
  const std::string left = all        ? "  finishing"
                           : rate > 0 ? "  " + time_left(seconds_left(progress))
                                      : "";
  const std::string bytes = fmt::format("  {:>8} of {}", amount(progress.done, progress.unit),
                                        amount(progress.total, progress.unit));

  const std::string start = std::string(what) + "  ";
  for (const std::string& rest :
       {fmt::format("{}{}{}", bytes, all ? "" : speed, left), bytes + left, left}) {
    const std::size_t taken = columns_of(start) + columns_of(rest);
    if (taken + kNarrowest > columns) continue;
    return fmt::format("{}{}{}", start, bar(progress, std::min(columns - taken, kWidest)), rest);
  }
  return fitted(std::string(what) + left, columns);
}

std::string progress_sentence(std::string_view what, const Progress& progress) {
  std::string text = fmt::format("{}: {} of {}", what, amount(progress.done, progress.unit),
                                 amount(progress.total, progress.unit));
  const bool known = progress.done > 0 && progress.done < progress.total;
  if (known) text += fmt::format(", {}", trimmed(time_left(seconds_left(progress))));
  return text;
}

}  // namespace baseline
