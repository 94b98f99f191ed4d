#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace baseline {

/// The terminal of the person who started the program, wherever stdout and stderr go.
class Terminal {
 public:
  /// /dev/tty, or the terminal that stdin is where there is no controlling one (a container).
  /// Nothing when neither can be opened.
  static std::optional<Terminal> open();
  /// Takes over a descriptor of a terminal, which reads and writes without waiting.
  explicit Terminal(int fd) : fd_(fd) {}
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  /// Whether another job of the shell has it: to read would stop this process until somebody brings
  /// it back.
  bool is_taken() const;

  struct Reply {
    enum class Kind {
      line,    ///< somebody has answered
      closed,  ///< its other side is gone, or Ctrl-D
      none,    ///< no answer came in time
    };
    Kind kind = Kind::none;
    std::string line = {};
  };
  /// Writes the question and reads one line. It waits no longer than `patience`, neither for a
  /// terminal that takes no output nor for an answer. Throws Interrupted.
  Reply ask(std::string_view question, std::chrono::milliseconds patience) const;

 private:
  Reply read_reply(std::string_view question, std::chrono::steady_clock::time_point end) const;
  bool wait_for(short events, std::chrono::steady_clock::time_point end) const;

  int fd_;
};

}  // namespace baseline
