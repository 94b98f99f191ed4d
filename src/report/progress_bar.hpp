#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace baseline {

/// How far a long step is.
struct Progress {
  enum class Unit { bytes, pieces };
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::chrono::nanoseconds took{};
  Unit unit = Unit::bytes;
};

/// One line of at most `columns`: what is done, a bar, how much of it, rate and time left. Where it
/// is too narrow for all of that, the rate goes first, then the amount, the bar, the time.
std::string progress_bar(std::string_view what, const Progress& progress, std::size_t columns);

/// The same for where no line is drawn anew: "try the mutants: 120 of 288, 12 s left".
std::string progress_sentence(std::string_view what, const Progress& progress);

}  // namespace baseline
