#include "yaml/packed.hpp"

#include <stdexcept>

#include "base/embedded.hpp"
#include "support/catch.hpp"
#include "yaml/parser.hpp"

namespace baseline::yaml::packed_test {
namespace {

bool same(Place a, Place b) { return a.line == b.line && a.column == b.column; }

bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || !same(a.place, b.place) || a.scalar != b.scalar || a.text != b.text ||
      a.empty != b.empty || !same(a.text_start, b.text_start) || a.exact != b.exact ||
      a.lines != b.lines || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (!same(a.entries[i].key, b.entries[i].key)) return false;
    if (!same(a.entries[i].value, b.entries[i].value)) return false;
  }
  return true;
}

Node parsed(std::string_view text) {
  Problems problems("a.yaml");
  const auto root = parse(text, problems);
  REQUIRE(problems.empty());
  return root.value();
}

TEST_CASE("a packed document comes back as it was", "[yaml]") {
  const Node root = parsed(
      "numbers: [0, -1, 9223372036854775807, -9223372036854775808, 1.5, -0.0, 010, '010']\n"
      "words: {yes: true, no: false, none: ~, nothing: , text: \"a\\tb\", \"é\": 'it''s'}\n"
      "block: |\n  SELECT 1\n    FROM t\n\nfolded: >\n  one\n  two\n"
      "lists:\n  - [[], {}]\n  - - deep\n");
  CHECK(same(unpacked(packed(root)), root));
  Node other = root;
  other.entries.back().value.items.front().place.column += 1;
  CHECK_FALSE(same(unpacked(packed(other)), root));
}

TEST_CASE("what is cut off or goes on is no packed document", "[yaml]") {
  const std::string bytes = packed(parsed("a: [1, 'two', {b: three}]\n"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK_THROWS_AS(unpacked(std::string_view(bytes).substr(0, size)), std::invalid_argument);
  }
  CHECK_THROWS_AS(unpacked(bytes + '\0'), std::invalid_argument);
}

TEST_CASE("the built-in suites were packed as they are written", "[yaml]") {
  const auto suites = embedded_suites();
  REQUIRE_FALSE(suites.empty());
  for (const EmbeddedFile& suite : suites) {
    INFO(suite.name);
    CHECK(same(unpacked(packed_suite(suite.name)), parsed(suite.text)));
  }
  CHECK(packed_suite("another.yaml").empty());
}

}  // namespace
}  // namespace baseline::yaml::packed_test
