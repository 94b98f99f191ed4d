#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace baseline {

/// How far a long step is.
struct Progress {
  std::uint64_t done = 0;   ///< bytes
  std::uint64_t total = 0;  ///< bytes
  std::chrono::nanoseconds took{};
};

/// One line of at most `columns`: what is done, a bar, bytes, rate and time left. Where it is too
/// narrow for all of that, the rate goes first, then the bytes, the bar, the time.
std::string progress_bar(std::string_view what, const Progress& progress, std::size_t columns);

}  // namespace baseline
