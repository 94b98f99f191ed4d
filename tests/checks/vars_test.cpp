#include <cstdlib>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::vars_test {
namespace {

const char* const kSuite =
    "version: 1\nvars: {VAR_OF_TEST: 1, word: '1'}\nchecks:\n"
    "  - {name: a, query: 'SELECT typeof(:VAR_OF_TEST) || :VAR_OF_TEST', value: no}\n";

std::string result_with(const std::map<std::string, std::string>& vars) {
  const auto reference = database_of(kShop);
  try {
    const Suites suites =
        Suites::load({{"s1.yaml", kSuite}}, *reference, sqlite::apply_migration, {vars, false});
    return summary_of(
        run_suites(suites, Phase::before, *reference, *reference, {}, nullptr, nullptr).results);
  } catch (const Error& error) {
    return std::string(error.what()) + " (" + error.hint() + ")";
  }
}

TEST_CASE("the option --var wins over the environment, and that over the file", "[checks][vars]") {
  CHECK(result_with({}) == "fail: expected 'no', got 'integer1'");
  ::setenv("VAR_OF_TEST", "2", 1);
  CHECK(result_with({}) == "fail: expected 'no', got 'integer2'");
  CHECK(result_with({{"VAR_OF_TEST", "3"}}) == "fail: expected 'no', got 'integer3'");
  CHECK(result_with({{"VAR_OF_TEST", "x"}}) == "fail: expected 'no', got 'textx'");
  ::unsetenv("VAR_OF_TEST");
}

TEST_CASE("a --var that no suite declares is an error", "[checks][vars]") {
  CHECK(result_with({{"wrod", "3"}}) == "no suite has a var 'wrod' (did you mean 'word'?)");
  CHECK(result_with({{"nothing", "3"}}) ==
        "no suite has a var 'nothing' (there are: VAR_OF_TEST, word)");
}

}  // namespace
}  // namespace baseline::vars_test
