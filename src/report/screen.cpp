#include "report/screen.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "report/columns.hpp"
#include "report/marks.hpp"

namespace baseline {
namespace {

constexpr std::size_t kUsual = 80;

}  // namespace

bool can_redraw(int fd) {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(fd) != 0 && terminal != nullptr && *terminal != '\0' &&
         std::string_view(terminal) != "dumb";
}

std::size_t columns_at(int fd) {
  if (::isatty(fd) == 0) return 0;
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

Screen::Screen(int fd, bool utf8)
    : fd_(fd), terminal_(::isatty(fd) != 0), redraws_(can_redraw(fd)), utf8_(utf8) {}

std::size_t Screen::columns() const {
  // The last column stays free, for a terminal may wrap as soon as that is written. And no line
  // needs to be longer than that of a usual terminal: a wide one that gets narrower then has
  // nothing to wrap.
  return std::min(columns_at(fd_), kUsual) - 1;
}

void Screen::line(std::string_view text) {
  clear();
  write(std::string(text) + "\n");
}

void Screen::draw(std::string_view text) {
  // What the terminal has not taken yet would be followed by more and more.
  if (!redraws_ || !flush()) return;
  const std::string shown = fitted(utf8_ ? std::string(text) : in_ascii(text), columns());
  // The rest of the line is wiped after the text, not all of it before: nothing flickers.
  write(to_its_start() + shown + "\x1b[K");
  drawn_ = columns_of(shown);
}

void Screen::clear() {
  if (drawn_ == 0) return;
  write(to_its_start() + "\x1b[K");
  drawn_ = 0;
}

// To where the changing line begins. A terminal that has become narrower has wrapped it.
std::string Screen::to_its_start() const {
  const std::size_t width = columns_at(fd_);
  if (drawn_ <= width) return "\r";
  return fmt::format("\r\x1b[{}A\x1b[J", (drawn_ - 1) / std::max<std::size_t>(width, 1));
}

void Screen::write(std::string_view text) {
  unwritten_ += utf8_ ? std::string(text) : in_ascii(text);
  flush();
}

void Screen::finish() {
  clear();
  flush(true);
}

// Writes what the terminal takes now, or waits until it has taken all. False: something is left.
bool Screen::flush(bool wait) {
  // Little at once: a terminal that takes something need not take much.
  constexpr std::size_t kPiece = 512;
  while (!unwritten_.empty()) {
    pollfd ready{fd_, POLLOUT, 0};
    const int found = ::poll(&ready, 1, wait ? -1 : 0);
    if (found == 0) return false;
    const ssize_t done =
        found < 0 ? -1 : ::write(fd_, unwritten_.data(), std::min(unwritten_.size(), kPiece));
    if (done < 0 && errno == EINTR && wait) return false;  // whoever interrupts waits no longer
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EAGAIN && !wait) return false;
    if (done < 0 && errno == EAGAIN) continue;
    if (done <= 0) {
      unwritten_.clear();  // nobody is there any more
      break;
    }
    unwritten_.erase(0, static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace baseline
