#include "checks/matcher.hpp"

#include "base/text.hpp"
#include "support/catch.hpp"
#include "yaml/parser.hpp"

namespace baseline::matcher_test {
namespace {

Matcher matcher(const std::string& written) {
  yaml::Problems problems("f.yaml");
  const auto root = yaml::parse("k: " + written, problems);
  REQUIRE(root);
  auto out = Matcher::read(*root->find("k"), "k", yaml::Reader(problems));
  INFO(join(lines_of(problems.found(), "error"), "\n"));
  REQUIRE(out);
  return *out;
}

const Value kNull;
Value integer(std::int64_t number) { return number; }
Value text(const char* value) { return std::string(value); }

TEST_CASE("a scalar matches what is equal by storage class", "[checks][matcher]") {
  CHECK(matcher("5").matches(integer(5)));
  CHECK(matcher("5").matches(5.0));
  CHECK_FALSE(matcher("5").matches(text("5")));
  CHECK_FALSE(matcher("'5'").matches(integer(5)));
  CHECK(matcher("true").matches(integer(1)));
  CHECK(matcher("null").matches(kNull));
  CHECK_FALSE(matcher("0").matches(kNull));
  CHECK_FALSE(matcher("9007199254740993").matches(9007199254740992.0));
}

TEST_CASE("all operators of a map must hold", "[checks][matcher]") {
  const Matcher between = matcher("{ge: 1, le: 5}");
  CHECK(between.matches(integer(1)));
  CHECK(between.matches(5.0));
  CHECK_FALSE(between.matches(integer(6)));
  CHECK_FALSE(between.matches(text("3")));
  CHECK_FALSE(between.matches(kNull));
  CHECK(between.describe() == ">= 1 and <= 5");
  CHECK(matcher("{lt: b}").matches(text("a")));
  CHECK_FALSE(matcher("{gt: 9007199254740992}").matches(9007199254740992.0));
  CHECK(matcher("{gt: 9007199254740992}").matches(integer(9007199254740993)));
}

TEST_CASE("the other operators", "[checks][matcher]") {
  CHECK(matcher("{in: [a, 5, null]}").matches(kNull));
  CHECK_FALSE(matcher("{in: [a, 5]}").matches(text("5")));
  CHECK(matcher("{matches: '^v[0-9]+$'}").matches(text("v12")));
  CHECK_FALSE(matcher("{matches: '^v[0-9]+$'}").matches(text("v")));
  CHECK_FALSE(matcher("{matches: '5'}").matches(integer(5)));
  CHECK(matcher("{contains: ok}").matches(text("all ok")));
  CHECK(matcher("{type: integer}").matches(integer(5)));
  CHECK_FALSE(matcher("{type: integer}").matches(5.0));
  CHECK(matcher("{not: {type: text}}").matches(integer(5)));
  CHECK(matcher("{not: null}").describe() == "not NULL");
  CHECK(matcher("{not: {ge: 1, le: 5}}").describe() == "not (>= 1 and <= 5)");
}

TEST_CASE("a regular expression takes linear time on any text", "[checks][matcher]") {
  // std::regex overflows the stack on this, and backtracking engines never come back.
  CHECK_FALSE(matcher("{matches: '(a|b)*c'}").matches(std::string(1'000'000, 'a')));
  CHECK_FALSE(matcher("{matches: '^(a+)+$'}").matches(std::string(100'000, 'a') + "b"));
}

}  // namespace
}  // namespace baseline::matcher_test
