#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace baseline {

using SteadyClock = std::chrono::steady_clock;

/// Wall-clock time, for names and records; durations are measured with the steady clock.
using Clock = std::function<std::chrono::system_clock::time_point()>;

/// "2026-11-21T02:35:58Z" (RFC 3339, UTC).
std::string rfc3339(std::chrono::system_clock::time_point time);

/// The time that rfc3339() wrote, or nothing when the text is not one.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text);

/// "20261121T023558Z", for names of files.
std::string compact_time(std::chrono::system_clock::time_point time);

/// How long something may still take. Steady: a clock that jumps does not matter.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now)
      : end_(std::chrono::steady_clock::now() + from_now) {}

  bool passed() const { return std::chrono::steady_clock::now() >= end_; }

  /// The later of this one and `from_now`.
  Deadline at_least(std::chrono::milliseconds from_now) const;

  /// Sleeps a little, at most to the deadline, so that the caller can try again. False once the
  /// deadline has passed. A signal ends the sleep early.
  bool pause() const;

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace baseline
