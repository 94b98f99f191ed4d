#include "report/marks.hpp"

#include <cstdlib>

#include "base/text.hpp"

namespace baseline {
namespace {

struct Mark {
  std::string_view utf8;
  std::string_view ascii;
};

// Whatever src/ prints by itself; tests/cli/test_terminal.py looks for one that is missing here.
constexpr Mark kMarks[] = {{"…", "..."}, {"→", "->"}, {"›", ">"}, {"✓", "+"},
                           {"✗", "x"},   {"·", "."},  {"█", "#"}, {"░", "."}};

}  // namespace

bool locale_is_utf8() {
  for (const char* const variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    const std::string name = to_lower(value);
    return name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
  }
  return false;
}

std::string in_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view taken = text.substr(0, 1);
    std::string_view said = taken;
    for (const Mark& mark : kMarks) {
      if (!text.starts_with(mark.utf8)) continue;
      taken = mark.utf8;
      said = mark.ascii;
    }
    out += said;
    text.remove_prefix(taken.size());
  }
  return out;
}

}  // namespace baseline
