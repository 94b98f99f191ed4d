#pragma once

#include <string>
#include <string_view>

namespace baseline {

/// What a piece of text means; how it looks is decided here and nowhere else.
enum class Tone { plain, good, bad, caution, faint, strong };

/// Paints text for a terminal, or not at all.
class Style {
 public:
  explicit Style(bool colour) : colour_(colour) {}
  std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool colour_;
};

/// Whether to paint what goes to descriptor `fd`: "always", "never", or "auto", which asks whether
/// it is a terminal, NO_COLOR is unset and TERM is not "dumb".
bool wants_colour(std::string_view when, int fd);

}  // namespace baseline
