#include "base/wrap.hpp"

#include <algorithm>

namespace baseline {
namespace {

// What may not be taken apart: a word, or several in square brackets.
std::vector<std::string_view> units(std::string_view text, std::size_t width) {
  std::vector<std::string_view> out;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
    if (text.empty()) return out;
    std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    if (text.front() == '[') {
      const std::size_t closing = text.find(']');
      if (closing != std::string_view::npos && closing < width) end = std::max(end, closing + 1);
    }
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string_view unit : units(text, width)) {
    if (lines.empty() || lines.back().size() + 1 + unit.size() > width) {
      lines.emplace_back(unit);
    } else {
      lines.back().append(" ").append(unit);
    }
  }
  return lines;
}

}  // namespace baseline
