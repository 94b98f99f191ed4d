#include "cli/exit_code.hpp"

#include <algorithm>
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

int exit_code(const StatusReport& report) {
  if (report.interruption) {
    const bool decidable = report.interruption->position != Position::undecidable;
    return decidable ? exit_code(Outcome::checks_failed) : exit_code(ErrorCode::needs_person);
  }
  if (report.at_baseline && report.drift.empty()) return 0;
  return report.running ? 0 : exit_code(Outcome::checks_failed);
}

int exit_code(const SendReport& report) {
  if (report.signal != 0) return exit_code(Interrupted(report.signal));
  const bool whole = std::ranges::all_of(report.deliveries, [](const Delivery& delivery) {
    return delivery.state == Delivery::State::sent ||
           delivery.state == Delivery::State::sent_earlier;
  });
  return whole ? 0 : 1;
}

int exit_code(const Interrupted& interrupted) { return 128 + interrupted.signal(); }

int exit_code_of_exec(int error) {
  constexpr int kNotFound = 127;
  constexpr int kNotExecutable = 126;
  return error == ENOENT || error == ENOTDIR ? kNotFound : kNotExecutable;
}

int exit_code_without_result(int code, bool only_looks) {
  return code == 0 && only_looks ? exit_code(ErrorCode::io) : code;
}

}  // namespace baseline
