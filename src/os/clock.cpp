#include "os/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace baseline {

// With <chrono>'s calendar, not with <ctime>: that reads the time zone of the machine first, even
// to convert to UTC.
std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - midnight));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text) {
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return {};
  using std::chrono::seconds, std::chrono::system_clock;
  const std::chrono::sys_days midnight(std::chrono::year(parts.tm_year + 1900) /
                                       (parts.tm_mon + 1) / parts.tm_mday);
  const seconds time = midnight.time_since_epoch() + std::chrono::hours(parts.tm_hour) +
                       std::chrono::minutes(parts.tm_min) + seconds(parts.tm_sec);
  // What lies beyond the clock's reach is as good as its end; it must not wrap around.
  const auto first = std::chrono::ceil<seconds>(system_clock::time_point::min());
  const auto last = std::chrono::floor<seconds>(system_clock::time_point::max());
  return system_clock::time_point(
      std::clamp(time, first.time_since_epoch(), last.time_since_epoch()));
}

std::string compact_time(std::chrono::system_clock::time_point time) {
  std::string text = rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

Deadline Deadline::at_least(std::chrono::milliseconds from_now) const {
  Deadline later(from_now);
  later.end_ = std::max(later.end_, end_);
  return later;
}

bool Deadline::pause() const {
  using std::chrono::nanoseconds;
  const auto left =
      std::chrono::duration_cast<nanoseconds>(end_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  constexpr nanoseconds kStep = std::chrono::milliseconds(20);
  const timespec time{0, static_cast<long>(std::min(left, kStep).count())};
  ::nanosleep(&time, nullptr);
  return true;
}

}  // namespace baseline
