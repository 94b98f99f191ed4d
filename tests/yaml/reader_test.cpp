#include "yaml/reader.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"
#include "yaml/parser.hpp"

namespace baseline::yaml::reader_test {
namespace {

template <typename Read>
std::string problems_of(const std::string& value, const Read& read) {
  Problems problems("f.yaml");
  const auto root = parse("k: " + value, problems);
  REQUIRE(root);
  read(Reader(problems), *root->find("k"));
  return join(lines_of(problems.found(), "error"), "\n");
}

TEST_CASE("a duration needs its unit", "[yaml]") {
  const auto read = [](const Reader& reader, const Node& node) { reader.duration(node, "wait"); };
  CHECK(problems_of("30s", read).empty());
  CHECK(problems_of("30", read) ==
        "f.yaml:1:4: error: 'wait' must be a duration like 500ms, 30s or 5m; got 30 (no unit)");
  CHECK(problems_of("'30'", read) ==
        "f.yaml:1:4: error: 'wait' must be a duration like 500ms, 30s or 5m; got '30'");
  CHECK(problems_of("[30s]", read) ==
        "f.yaml:1:4: error: 'wait' must be a duration like 500ms, 30s or 5m; got a list");
}

TEST_CASE("a wrong type is named", "[yaml]") {
  const auto text = [](const Reader& reader, const Node& node) { reader.text(node, "hint"); };
  CHECK(problems_of("5", text) == "f.yaml:1:4: error: 'hint' must be text; got a number");
  CHECK(problems_of("true", text) == "f.yaml:1:4: error: 'hint' must be text; got true or false");
  CHECK(problems_of("' '", text) == "f.yaml:1:4: error: 'hint' is empty");
  const auto texts = [](const Reader& reader, const Node& node) { reader.texts(node, "tags"); };
  CHECK(problems_of("[]", texts) ==
        "f.yaml:1:4: error: 'tags' must be a non-empty list of texts; got an empty list");
  CHECK(problems_of("slow", texts) ==
        "f.yaml:1:4: error: 'tags' must be a non-empty list of texts; got text");
}

TEST_CASE("a choice suggests what was meant", "[yaml]") {
  const auto read = [](const Reader& reader, const Node& node) {
    constexpr std::string_view kWords[] = {"before", "after", "both"};
    reader.choice(node, "when", kWords);
  };
  CHECK(problems_of("befor", read) ==
        "f.yaml:1:4: error: 'when' must be before, after or both; got 'befor'; did you mean "
        "'before'?");
}

TEST_CASE("an endless key costs no endless time", "[yaml]") {
  const std::string_view known[] = {"severity"};
  const auto read = [&](const Reader& reader, const Node& node) {
    reader.only_keys(node, known, "a check");
  };
  CHECK(problems_of("{" + std::string(500, 'x') + ": 1}", read) ==
        "f.yaml:1:5: error: unknown key '" + std::string(64, 'x') + "…' in a check");
}

}  // namespace
}  // namespace baseline::yaml::reader_test
