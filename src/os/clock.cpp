#include "os/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace baseline {
namespace {

std::tm utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", utc(time));
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text) {
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return {};
  using std::chrono::system_clock;
  // What lies beyond the clock's reach is as good as its end; it must not wrap around.
  const auto last = std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max());
  const std::chrono::seconds seconds(::timegm(&parts));
  return system_clock::time_point(std::min(seconds, last.time_since_epoch()));
}

std::string compact_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y%m%dT%H%M%S}Z", utc(time));
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
