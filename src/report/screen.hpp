#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baseline {

/// Whether descriptor `fd` is a terminal that can draw a line anew: TERM says what it is, and not
/// that it is "dumb".
bool can_redraw(int fd);

/// How many columns the terminal at `fd` has now; 0 when it is none.
std::size_t columns_at(int fd);

/// What is written while a run goes on: lines that stay and, on a terminal, one line below them
/// that changes. Nobody waits for the terminal: one that stands still (Ctrl-S, a slow line) must
/// not keep a database out of use. What it does not take is written later, at the latest at the
/// end.
class Screen {
 public:
  /// What cannot be drawn anew has no changing line: draw() does nothing there. `utf8`: or ASCII.
  Screen(int fd, bool utf8);
  ~Screen() { finish(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool is_terminal() const { return terminal_; }
  /// How many columns the changing line may take now; the terminal may change its size any time.
  std::size_t columns() const;

  /// Writes a line that stays, of any length, without its line feed.
  void line(std::string_view text);
  /// Shows this as the changing line, cut to what fits.
  void draw(std::string_view text);
  /// Wipes the changing line.
  void clear();
  /// Wipes it, and waits until the terminal has taken all that was written.
  void finish();

 private:
  void write(std::string_view text);
  bool flush(bool wait = false);
  std::string to_its_start() const;

  int fd_;
  bool terminal_;
  bool redraws_;
  bool utf8_;
  std::size_t drawn_ = 0;  ///< columns of the changing line, 0: there is none
  std::string unwritten_;
};

}  // namespace baseline
