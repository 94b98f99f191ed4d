#include "os/clock.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include "support/catch.hpp"

namespace baseline::clock_test {
namespace {

using std::chrono::milliseconds, std::chrono::seconds, std::chrono::system_clock;

system_clock::time_point at(std::int64_t since_epoch) {
  return system_clock::time_point(seconds(since_epoch));
}

TEST_CASE("a time is written in UTC and read back", "[clock]") {
  struct Sample {
    std::int64_t since_epoch;
    std::string text;  // as `date -u` has it
  };
  const Sample samples[] = {{0, "1970-01-01T00:00:00Z"},
                            {-1, "1969-12-31T23:59:59Z"},
                            {951'827'696, "2000-02-29T12:34:56Z"},
                            {1'795'301'590, "2026-11-21T22:53:10Z"},
                            {4'107'542'399, "2100-02-28T23:59:59Z"}};
  for (const auto& [since_epoch, text] : samples) {
    CHECK(rfc3339(at(since_epoch)) == text);
    CHECK(parse_rfc3339(text) == at(since_epoch));
  }
  CHECK(compact_time(at(951'827'696)) == "20000229T123456Z");
}

TEST_CASE("a part of a second is dropped, before 1970 too", "[clock]") {
  CHECK(rfc3339(at(1) + milliseconds(999)) == "1970-01-01T00:00:01Z");
  CHECK(rfc3339(at(0) - milliseconds(1)) == "1969-12-31T23:59:59Z");
}

TEST_CASE("what is no such time is not read as one", "[clock]") {
  for (const char* const text :
       {"", "yesterday", "2026-11-21", "2026-11-21T23:33:10", "2026-11-21T23:33:10+01:00",
        "2026-11-21T23:33:10Z ", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("a time beyond the reach of the clock does not wrap around", "[clock]") {
  CHECK(parse_rfc3339("9999-12-31T23:59:59Z") > at(9'000'000'000));
  CHECK(parse_rfc3339("0001-01-01T00:00:00Z") < at(-9'000'000'000));
}

}  // namespace
}  // namespace baseline::clock_test
