#include "base/concealed.hpp"

#include "support/catch.hpp"

namespace baseline::concealed_test {
namespace {

TEST_CASE("a value is shown by its name", "[concealed]") {
  Concealed all;
  CHECK(all.in("nothing") == "nothing");
  all.add("s3cret", "${A}");
  CHECK(all.in("s3cret, as3cretb") == "${A}, a${A}b");
  CHECK(all.in("s3cre t") == "s3cre t");
}

TEST_CASE("of values within and beside each other no rest stays", "[concealed]") {
  Concealed all;
  all.add("abcd", "${SHORT}");
  all.add("abcdefgh", "${LONG}");
  all.add("ghijkl", "${NEXT}");
  CHECK(all.in("abcdefgh") == "${LONG}");
  CHECK(all.in("abcdefghijkl!") == "${LONG}!");
  CHECK(all.in("abcdabcd") == "${SHORT}${SHORT}");
  all.add("LONG", "${OTHER}");
  CHECK(all.in("abcdefgh") == "${LONG}");
}

TEST_CASE("a value is found in a literal, in JSON, in what is escaped, and line by line",
          "[concealed]") {
  Concealed all;
  all.add("it's \"me\"\x1b\nsecond line\n", "${A}");
  CHECK(all.in("'it''s \"me\"\x1b\nsecond line\n'") == "'${A}'");
  CHECK(all.in(R"("it's \"me\"\u001b\nsecond line\n")") == R"("${A}")");
  CHECK(all.in("it's \"me\"\\x1b\\x0asecond line") == "${A}");
  CHECK(all.in("only the second line") == "only the ${A}");
}

TEST_CASE("a value is found as SQL, a shell or JSON writes it", "[concealed]") {
  Concealed all;
  all.add("it's a \"long\" pass\\word\nand it's a second 'line'", "${A}");
  CHECK(all.in("\"it's a \"\"long\"\" pass\\word\nand it's a second 'line'\"") == "\"${A}\"");
  CHECK(all.in("second: and it''s a second ''line''") == "second: ${A}");
  CHECK(all.in(R"(and it'\''s a second '\''line'\'')") == "${A}");
  CHECK(all.in(R"($'it\'s a "long" pass\\word\012and it\'s a second \'line\'')") == "$'${A}'");
  CHECK(all.in(R"({"sql": "SELECT 'it''s a \"long\" pass\\word\nand it''s a second ''line'''"})") ==
        R"({"sql": "SELECT '${A}'"})");
}

TEST_CASE("a short value is concealed where it is a word", "[concealed]") {
  Concealed all;
  all.add("1", "${N}");
  CHECK(all.in("(1, 10, 'a1')") == "(${N}, 10, 'a1')");
  all.add("", "${EMPTY}");
  CHECK(all.in("a") == "a");
}

TEST_CASE("a text that was cut may begin with the end of a value", "[concealed]") {
  Concealed all;
  all.add("s3cret", "${A}");
  CHECK(all.in("cret and more", true) == "${A} and more");
  CHECK(all.in("cret and more") == "cret and more");
  CHECK(all.in("and more", true) == "and more");
}

}  // namespace
}  // namespace baseline::concealed_test
