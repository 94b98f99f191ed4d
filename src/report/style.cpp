#include "report/style.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.hpp"
#include "report/screen.hpp"

namespace baseline {

std::string Style::operator()(Tone tone, std::string_view painted) const {
  std::string text = printable_lines(painted);
  if (!colour_) return text;
  std::string_view code;
  switch (tone) {
    case Tone::plain:
      return text;
    case Tone::good:
      code = "32";
      break;
    case Tone::bad:
      code = "31;1";
      break;
    case Tone::caution:
      code = "33";
      break;
    case Tone::faint:
      code = "2";
      break;
    case Tone::strong:
      code = "1";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

bool wants_colour(std::string_view when, int fd) {
  if (when == "always") return true;
  if (when == "never" || !can_redraw(fd)) return false;
  const char* const no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

}  // namespace baseline
