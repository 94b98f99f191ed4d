#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baseline {

/// What a piece of text means; how it looks is decided here and nowhere else.
enum class Tone { plain, good, bad, caution, faint, strong };

/// How a text for people has to look: painted or not, how wide, how much of it.
class Style {
 public:
  /// `columns`: of the terminal, or 0 where nothing needs to be cut. `verbose`: tell all.
  explicit Style(bool colour, std::size_t columns = 0, bool verbose = false)
      : colour_(colour), columns_(columns), verbose_(verbose) {}
  /// The text, printable, as its tone looks.
  std::string operator()(Tone tone, std::string_view text) const;
  std::size_t columns() const { return columns_; }
  bool verbose() const { return verbose_; }

 private:
  bool colour_;
  std::size_t columns_;
  bool verbose_;
};

/// Whether to paint what goes to descriptor `fd`: "always", "never", or "auto", which asks whether
/// it is a terminal, NO_COLOR is unset and TERM is not "dumb".
bool wants_colour(std::string_view when, int fd);

}  // namespace baseline
