#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace baseline {

/// The words of `text` in lines of at most `width` bytes, for ASCII. A word that is longer has a
/// line of its own, and what stands in square brackets is not taken apart unless it has to be.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace baseline
