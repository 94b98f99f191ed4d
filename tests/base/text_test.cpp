#include "base/text.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace baseline::text_test {
namespace {

TEST_CASE("printable escapes what could drive a terminal and keeps UTF-8", "[text]") {
  CHECK(printable("/srv/ä app.db") == "/srv/ä app.db");
  CHECK(printable("a\nb\x1b[31m") == "a\\x0ab\\x1b[31m");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // C1 control sequence introducer
  CHECK(printable("\xef\xbf\xbd \xef\xbf\xbe") == "\xef\xbf\xbd \\xef\\xbf\\xbe");
  CHECK(printable("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");  // overlong
  CHECK(printable("a\u202Eb\u2066c\u200Ed") == "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c\\xe2\\x80\\x8ed");
  CHECK(printable("\u2028\u2029") == "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
  CHECK(printable("\u200B\u200D\uFEFF\u00AD") ==
        "\\xe2\\x80\\x8b\\xe2\\x80\\x8d\\xef\\xbb\\xbf\\xc2\\xad");
  CHECK(printable("\U000E0041") == "\\xf3\\xa0\\x81\\x81");  // a tag character
  CHECK(printable("\u2764\uFE0F é ß 한 \U0001F600") == "\u2764\uFE0F é ß 한 \U0001F600");
}

TEST_CASE("a line of somebody else's is no command to a CI runner", "[text]") {
  CHECK(printable_lines("a\n::warning file=x::y\n  ::error::z") ==
        "a\n\\x3a:warning file=x::y\n  \\x3a:error::z");
  CHECK(printable_lines("x ##[error]y ##vso[task]z ##teamcity[a]") ==
        "x \\x23#[error]y \\x23#vso[task]z \\x23#teamcity[a]");
  CHECK(printable("::warning::x ##[error]y") == "::warning::x \\x23#[error]y");
  CHECK(printable_json("[\"##vso[a] ## #\"]") == "[\"\\u0023#vso[a] ## #\"]");
  CHECK(printable_lines("::1 is here\na::b\n# x\n## [y]") == "::1 is here\na::b\n# x\n## [y]");
}

TEST_CASE("for people our colours stay, and nothing else that drives a terminal", "[text]") {
  CHECK(for_people("\x1b[31;1ma\x1b[0m\n", true) == "\x1b[31;1ma\x1b[0m\n");
  CHECK(for_people("\x1b[31;1ma\x1b[0m\n", false) == "\\x1b[31;1ma\\x1b[0m\n");
  CHECK(for_people("\x1b[2J\x1b]0;x\x07\x1b[31", true) == "\\x1b[2J\\x1b]0;x\\x07\\x1b[31");
}

TEST_CASE("a JSON document says the same in characters that are seen", "[text]") {
  CHECK(printable_json("{\n \"a\": \"é\x7f\u009b\u202E\u200b\u2028\U000E0041\"}") ==
        "{\n \"a\": \"é\\u007f\\u009b\\u202e\\u200b\\u2028\\udb40\\udc41\"}");
}

TEST_CASE("text of several lines keeps its lines, and text for JSON its control characters",
          "[text]") {
  CHECK(printable_lines("a\nb\r\n\x1b") == "a\nb\\x0d\n\\x1b");
  CHECK(valid_utf8("a\nb\x1b ä\xff\xe0\x80") == "a\nb\x1b ä\\xff\\xe0\\x80");
}

TEST_CASE("did_you_mean suggests only near words", "[text]") {
  const std::vector<std::string> keys = {"severity", "name", "by", "rows"};
  CHECK(did_you_mean("severty", keys) == "severity");
  CHECK(did_you_mean("nmae", keys) == "name");
  CHECK_FALSE(did_you_mean("colour", keys));
  CHECK_FALSE(did_you_mean("x", keys));
  // At equal distance, the one that shares more letters.
  const std::vector<std::string> names = {"lat", "lon", "radius"};
  CHECK(did_you_mean("lng", names) == "lon");
}

TEST_CASE("sizes and counts are for people", "[text]") {
  CHECK(human_size(0) == "0 bytes");
  CHECK(human_size(1) == "1 byte");
  CHECK(human_size(684032) == "668 KiB");
  CHECK(human_size(4ULL << 30) == "4.0 GiB");
  CHECK(human_size((1ULL << 20) - 1) == "1.0 MiB");
  CHECK(human_count(9600) == "9 600");
  CHECK(human_count(999) == "999");
  CHECK(human_count(1234567) == "1 234 567");
  CHECK(counted(1, "row") == "1 row");
  CHECK(counted(2, "entry", "entries") == "2 entries");
}

TEST_CASE("globs match whole texts", "[text]") {
  CHECK(glob_matches("_litestream_*", "_litestream_seq"));
  CHECK_FALSE(glob_matches("_litestream_*", "x_litestream_seq"));
  CHECK(glob_matches("constraints/lat*", "constraints/latitude out of range"));
  CHECK(glob_matches("a?c", "abc"));
  CHECK_FALSE(glob_matches("a?c", "ac"));
  CHECK(glob_matches("[a-c]x", "bx"));
  CHECK_FALSE(glob_matches("[!a-c]x", "bx"));
  CHECK(glob_matches("[", "["));
  CHECK(glob_matches("*[lat=9*", "x [lat=91]"));
  CHECK_FALSE(glob_matches("", "a"));
  CHECK(glob_matches("*", ""));
}

TEST_CASE("durations need a unit", "[text]") {
  CHECK(parse_duration_ms("500ms") == 500);
  CHECK(parse_duration_ms("30s") == 30'000);
  CHECK(parse_duration_ms("5m") == 300'000);
  CHECK(parse_duration_ms("0") == 0);
  for (const char* wrong : {"30", "", "s", "-1s", "1.5s", "10 s", "9223372036854775807m"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration_ms(wrong));
  }
}

TEST_CASE("shell_quoted survives a shell", "[text]") {
  CHECK(shell_quoted("/srv/app.db") == "/srv/app.db");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("\x1b[1m\xff\n'1\\.db") == "$'\\033[1m\\377\\012\\'1\\\\.db'");
}

}  // namespace
}  // namespace baseline::text_test
