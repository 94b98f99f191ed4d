#include "yaml/parser.hpp"

#include <limits>

#include "base/text.hpp"
#include "support/catch.hpp"

namespace baseline::yaml::parser_test {
namespace {

std::string problems_of(std::string_view text) {
  Problems problems("f.yaml");
  parse(text, problems);
  return join(lines_of(problems.found(), "error"), "\n");
}

Node parsed(std::string_view text) {
  Problems problems("f.yaml");
  auto node = parse(text, problems);
  INFO(join(lines_of(problems.found(), "error"), "\n"));
  REQUIRE(problems.empty());
  REQUIRE(node);
  return *node;
}

Scalar scalar(const std::string& written) { return parsed("[" + written + "]").items.at(0).scalar; }

// The text that it stands for; nothing when it is not text.
std::optional<std::string> text(const std::string& written) {
  const Node list = parsed("[" + written + "]");
  const std::string* const text = list.items.at(0).as_text();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

TEST_CASE("plain scalars are typed as YAML 1.2 core, quoted ones are text", "[yaml]") {
  CHECK(scalar("5") == Scalar(std::int64_t{5}));
  CHECK(scalar("+5") == Scalar(std::int64_t{5}));
  CHECK(scalar("-9223372036854775808") == Scalar(std::numeric_limits<std::int64_t>::min()));
  CHECK(scalar("9007199254740993") == Scalar(std::int64_t{9007199254740993}));
  CHECK(scalar("010") == Scalar(std::int64_t{10}));
  CHECK(text("0o10") == "0o10");
  CHECK(scalar("0x1F") == Scalar(std::int64_t{31}));
  CHECK(scalar("1.50") == Scalar(1.5));
  CHECK(scalar("-.5e1") == Scalar(-5.0));
  CHECK(scalar("90.000001") == Scalar(90.000001));
  CHECK(scalar("true") == Scalar(true));
  CHECK(scalar("False") == Scalar(false));
  CHECK(scalar("null") == Scalar());
  CHECK(scalar("~") == Scalar());
  for (const std::string written :
       {"yes", "on", "off", "no", "9275fe03c648", "1_000", "1.2.3", "."}) {
    CHECK(text(written) == written);
  }
  CHECK(text("'5'") == "5");
  CHECK(text("\"null\"") == "null");
  CHECK(text("''") == "");
}

TEST_CASE("an empty value is told from null", "[yaml]") {
  const Node node = parsed("a:\nb: null\nc: ~\nd: &x null\n");
  CHECK(node.find("a")->empty);
  CHECK_FALSE(node.find("b")->empty);
  CHECK_FALSE(node.find("c")->empty);
  CHECK_FALSE(node.find("d")->empty);
}

TEST_CASE("a number that does not fit is refused, not rounded", "[yaml]") {
  CHECK(
      problems_of("a: 9223372036854775808") ==
      "f.yaml:1:4: error: number 9223372036854775808 does not fit into 64 bits; quote it if it is "
      "text");
  CHECK(problems_of("a: .nan") ==
        "f.yaml:1:4: error: number .nan does not fit into 64 bits; quote it if it is text");
}

std::string place_in(const std::string& yaml, const std::string& word) {
  const Node node = parsed(yaml);
  const Node* value = node.find("a");
  const Place place = value->place_in_text(value->text.find(word));
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

TEST_CASE("a place inside a scalar is exact where the file shows the text itself", "[yaml]") {
  CHECK(place_in("x: 1\na: SELECT nope", "nope") == "2:11");
  CHECK(place_in("a: 'SELECT nope'", "nope") == "1:12");
  CHECK(place_in("a: \"SELECT nope\"", "nope") == "1:12");
  CHECK(place_in("a: |\n\n  SELECT\n    nope\n", "nope") == "4:5");
  CHECK(place_in("a: &sql |-   # why\n  SELECT\n  nope\n", "nope") == "3:3");
  CHECK(place_in("a: |\r\n  SELECT\r\n  nope\r\n", "nope") == "3:3");
  CHECK(place_in("a: größer nope", "nope") == "1:11");
  // Folded, escaped and explicitly indented text points at its start.
  CHECK(place_in("a: >\n  SELECT\n  nope\n", "nope") == "1:4");
  CHECK(place_in("a: SELECT\n  nope\n", "nope") == "1:4");
  CHECK(place_in("a: 'it''s nope'", "nope") == "1:4");
  CHECK(place_in("a: |1\n  nope\n", "nope") == "1:4");
}

TEST_CASE("an alias of a text is a copy with the place of the text", "[yaml]") {
  const Node node = parsed("a: &x |\n  one\nb: *x\n");
  CHECK(node.find("b")->text == "one\n");
  CHECK(node.find("b")->place_in_text(0).line == 2);
}

TEST_CASE("what YAML would take silently is an error", "[yaml]") {
  CHECK(problems_of("checks: 1\nb: 2\nchecks: 3\n") ==
        "f.yaml:3:1: error: duplicate key 'checks' (first at 1:1); YAML would keep only one");
  CHECK(problems_of("a: {b: 1, b: 2}\nc: {b: 1}\n") ==
        "f.yaml:1:11: error: duplicate key 'b' (first at 1:5); YAML would keep only one");
  CHECK(problems_of("a: 1\n---\nb: 2\n") ==
        "f.yaml:2:1: error: a second YAML document starts here; use a second file");
  CHECK(problems_of("a:\n  <<: 1\n") ==
        "f.yaml:2:3: error: '<<' is not YAML 1.2; repeat the keys (an alias to a text is fine)");
  CHECK(problems_of("a: &x [1]\nb: *x\n") ==
        "f.yaml:2:4: error: alias '*x' names a map or list; an alias may only name a scalar");
  CHECK(problems_of("a: &x {c: 1}\nb:\n  <<: *x\n") ==
        "f.yaml:3:3: error: '<<' is not YAML 1.2; repeat the keys (an alias to a text is fine)\n"
        "f.yaml:3:7: error: alias '*x' names a map or list; an alias may only name a scalar");
  CHECK(problems_of("a: !!int '5'") ==
        "f.yaml:1:10: error: tag 'tag:yaml.org,2002:int' is not read; quote a text, and leave "
        "numbers plain");
  CHECK(problems_of("? [a]\n: 1\n") == "f.yaml:1:3: error: a key must be a text; got a list");
  CHECK(problems_of("") == "f.yaml:1:1: error: the file is empty");
  CHECK(problems_of("# only a comment\n") == "f.yaml:1:1: error: the file is empty");
}

TEST_CASE("text that is no YAML is an error with its place", "[yaml]") {
  CHECK(problems_of("a:\n\tb: 1\n") == "f.yaml:2:1: error: a tab cannot indent YAML; use spaces");
  CHECK_THAT(problems_of("a: [1\nb: 2"), ContainsSubstring("error: YAML: "));
  CHECK_THAT(problems_of("a: *nowhere"), ContainsSubstring("f.yaml:1:4: error: YAML: "));
  CHECK_THAT(problems_of("a: 'x"), ContainsSubstring("error: YAML: "));
  CHECK(problems_of("a: x\ny: \xff") == "f.yaml:2:4: error: not UTF-8; save the file as UTF-8");
  // yaml-cpp takes byte 4 for the end of the file and would drop what follows.
  CHECK(problems_of("a: 1\n\x04"
                    "b: 2\n") ==
        "f.yaml:2:1: error: control character \\x04 is not allowed in YAML");
  CHECK(problems_of(std::string("a: \0b", 5)) ==
        "f.yaml:1:4: error: control character \\x00 is not allowed in YAML");
  CHECK(problems_of("\xEF\xBB\xBF"
                    "a: 1")
            .empty());
}

std::string repeated(const std::string& part, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

TEST_CASE("hostile YAML is an error, never a crash", "[yaml]") {
  CHECK(problems_of(repeated("[", 16) + repeated("]", 16)).empty());
  CHECK(problems_of(repeated("[", 17) + repeated("]", 17)) ==
        "f.yaml:1:17: error: nested deeper than 16 levels");
  for (const std::string part : {"[", "{a: ", "- ", "? ", "[a: ", "{", "&a [", ": "}) {
    INFO(part);
    const std::string errors = problems_of(repeated(part, 100));
    CHECK_THAT(errors, ContainsSubstring("error: "));
    CHECK_FALSE(problems_of(repeated(part, 150'000)).empty());
  }
  CHECK(problems_of("a: " + std::string(std::size_t{1} << 20, 'x')) ==
        "f.yaml:1:1: error: larger than 1.0 MiB");
}

TEST_CASE("a bomb of aliases is an error", "[yaml]") {
  std::string bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
  CHECK_THAT(problems_of(bomb), ContainsSubstring("alias '*a' names a map or list"));
  std::string copies = "a: &a " + std::string(500'000, 'x') + "\nb: [";
  for (int i = 0; i < 1000; ++i) copies += "*a, ";
  CHECK(problems_of(copies + "x]\n") ==
        "f.yaml:2:13: error: aliases repeat more than 1 MiB of text");
}

}  // namespace
}  // namespace baseline::yaml::parser_test
