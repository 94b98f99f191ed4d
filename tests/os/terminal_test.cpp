#include "os/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"

namespace baseline {
namespace {

using Kind = Terminal::Reply::Kind;
using std::chrono::milliseconds;

/// A pseudo-terminal, whose other side is this test.
struct PseudoTerminal {
  int other_side = ::posix_openpt(O_RDWR | O_NOCTTY);

  PseudoTerminal() { REQUIRE((other_side >= 0 && ::unlockpt(other_side) == 0)); }
  ~PseudoTerminal() { hang_up(); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  Terminal open() const {
    std::array<char, 64> name{};
    REQUIRE(::ptsname_r(other_side, name.data(), name.size()) == 0);
    const int fd = ::open(name.data(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    return Terminal(fd);
  }
  void type(std::string_view keys) const {
    REQUIRE(::write(other_side, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }
  /// What the terminal shows. One read may have a part of it only: first the echo of what was
  /// typed.
  std::string shown_until(std::string_view wanted) const {
    std::string shown;
    std::array<char, 100> part{};
    struct pollfd readable {
      other_side, POLLIN, 0
    };
    while (shown.find(wanted) == std::string::npos && ::poll(&readable, 1, 10'000) == 1) {
      const ssize_t size = ::read(other_side, part.data(), part.size());
      if (size <= 0) break;
      shown.append(part.data(), static_cast<std::size_t>(size));
    }
    return shown;
  }
  void hang_up() {
    if (other_side >= 0) ::close(other_side);
    other_side = -1;
  }
};

TEST_CASE("a question is answered with a line", "[terminal]") {
  const PseudoTerminal pty;
  const Terminal terminal = pty.open();
  pty.type("yes\n");
  const auto reply = terminal.ask("well? ", std::chrono::minutes(1));
  CHECK(reply.kind == Kind::line);
  CHECK(reply.line == "yes");
  CHECK_THAT(pty.shown_until("well? "), ContainsSubstring("well? "));
}

TEST_CASE("the end of input is no answer, and not waited for", "[terminal]") {
  PseudoTerminal pty;
  const Terminal terminal = pty.open();
  pty.type("\x04");
  CHECK(terminal.ask("well? ", std::chrono::minutes(1)).kind == Kind::closed);
  pty.hang_up();
  CHECK(terminal.ask("well? ", std::chrono::minutes(1)).kind == Kind::closed);
}

TEST_CASE("where nobody answers, the wait ends", "[terminal]") {
  const PseudoTerminal pty;
  const Terminal terminal = pty.open();
  CHECK(terminal.ask("well? ", milliseconds(1)).kind == Kind::none);
  pty.type("y");  // no line yet
  CHECK(terminal.ask("well? ", milliseconds(1)).kind == Kind::none);
  CHECK(terminal.ask("well? ", milliseconds(0)).kind == Kind::none);
}

TEST_CASE("a terminal that takes no output is not waited for longer", "[terminal]") {
  const PseudoTerminal pty;
  const Terminal terminal = pty.open();
  const std::string question(1U << 20U, '.');  // more than any buffer between the two holds
  CHECK(terminal.ask(question, milliseconds(1)).kind == Kind::none);
}

}  // namespace
}  // namespace baseline
