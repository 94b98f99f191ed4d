#include "cli/exit_code.hpp"

#include <cerrno>
#include <csignal>

namespace baseline {

int exit_code(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
    case Outcome::nothing_to_do:
    case Outcome::would_do:
      return 0;
    case Outcome::checks_failed:
      return 1;
    case Outcome::would_wait:
      return exit_code(ErrorCode::in_use);
    case Outcome::declined:
      return exit_code(Interrupted(SIGINT));
  }
  return 5;
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return 2;
    case ErrorCode::in_use:
      return 3;
    case ErrorCode::refused:
      return 4;
    case ErrorCode::io:
      return 5;
    case ErrorCode::needs_person:
      return 6;
  }
  return 5;
}

int exit_code(const Interrupted& interrupted) { return 128 + interrupted.signal(); }

int exit_code_of_exec(int error) {
  constexpr int kNotFound = 127;
  constexpr int kNotExecutable = 126;
  return error == ENOENT || error == ENOTDIR ? kNotFound : kNotExecutable;
}

int exit_code_without_report(int code, bool only_looks) {
  return code == 0 && only_looks ? exit_code(ErrorCode::io) : code;
}

}  // namespace baseline
