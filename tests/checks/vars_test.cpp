#include <cstdlib>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::vars_test {
namespace {

const char* const kSuite =
    "version: 1\nvars: {VAR_OF_TEST: 1, word: '1'}\nchecks:\n"
    "  - {name: a, query: 'SELECT typeof(:VAR_OF_TEST) || :VAR_OF_TEST', value: no}\n";

std::string result_with(const std::map<std::string, std::string>& vars,
                        const std::map<std::string, std::string>& passed = {}) {
  const auto reference = database_of(kShop);
  try {
    SuiteOptions options;
    options.vars = vars;
    options.environment = passed;
    const Suites suites =
        Suites::load({{"s1.yaml", kSuite}}, *reference, sqlite::apply_migration, options);
    return summary_of(
        run_suites(suites, Phase::before, *reference, *reference, {}, nullptr, nullptr).results);
  } catch (const Error& error) {
    return std::string(error.what()) + " (" + error.hint() + ")";
  }
}

TEST_CASE("the option --var wins over the environment, and that over the file", "[checks][vars]") {
  CHECK(result_with({}) == "fail: expected 'no', got 'integer1'");
  const std::map<std::string, std::string> passed = {{"VAR_OF_TEST", "2"}};
  CHECK(result_with({}, passed) == "fail: expected 'no', got 'integer2'");
  CHECK(result_with({{"VAR_OF_TEST", "3"}}, passed) == "fail: expected 'no', got 'integer3'");
  CHECK(result_with({{"VAR_OF_TEST", "x"}}, passed) == "fail: expected 'no', got 'textx'");
}

TEST_CASE("a suite sees nothing of the environment that is not passed on", "[checks][vars]") {
  ::setenv("VAR_OF_TEST", "2", 1);
  const auto reference = database_of(kShop);
  const Suites suites = Suites::load({{"s1.yaml", kSuite}}, *reference, sqlite::apply_migration);
  CHECK(summary_of(run_suites(suites, Phase::before, *reference, *reference, {}, nullptr, nullptr)
                       .results) == "fail: expected 'no', got 'integer1'");
  REQUIRE(suites.warnings().size() == 1);
  CHECK(suites.warnings().front().text("warning") ==
        "s1.yaml:2:8: warning: the environment has another 'VAR_OF_TEST', which suites do not see; "
        "'environment: [VAR_OF_TEST]' in baseline.yaml passes it on");
  ::unsetenv("VAR_OF_TEST");
}

TEST_CASE("what came from the environment is shown in no result", "[checks][vars][concealed]") {
  from_environment().add("s3cr'et-of-this-test", "${VAR_OF_TEST}");
  SuiteOptions options;
  options.environment = {{"VAR_OF_TEST", "s3cr'et-of-this-test"}};
  const std::string suite =
      "version: 1\nvars: {VAR_OF_TEST: x}\nchecks:\n"
      "  - {name: bound, query: 'SELECT :VAR_OF_TEST', value: no}\n"
      "  - {name: cut, query: \"SELECT printf('%.190c', 'a') || :VAR_OF_TEST\", value: no}\n"
      "  - {name: rows, query: \"SELECT 'a' || :VAR_OF_TEST\", result: [[1]]}\n"
      "  - {name: blob, query: 'SELECT CAST(:VAR_OF_TEST AS BLOB)', value: no}\n"
      "  - {name: said, query: \"SELECT json_extract('{}', :VAR_OF_TEST)\", value: no}\n"
      "  - {name: run, command: [sh, -c, 'echo \"$0\"; exit 1', '${VAR_OF_TEST}'], when: before}\n"
      "  - {name: out, command: [printf, '%s', '${VAR_OF_TEST}'], stdout: no, when: before}\n";
  options.allow_commands = true;
  const auto reference = database_of(kShop);
  const Suites suites =
      Suites::load({{"s1.yaml", suite}}, *reference, sqlite::apply_migration, options);
  const SuiteReport report =
      run_suites(suites, Phase::before, *reference, *reference, {}, nullptr, nullptr);
  REQUIRE(report.results.size() == 7);
  for (const CheckResult& result : report.results) {
    CAPTURE(result.check->name, result.expected, result.got, result.sql, result.why);
    CHECK(result.status != Status::pass);
    const std::string all = result.expected + result.got + result.sql + result.why + result.note;
    CHECK(all.find("cr") == std::string::npos);
    CHECK(all.find("733363") == std::string::npos);
    CHECK(all.find("VAR_OF_TEST") != std::string::npos);
  }
}

TEST_CASE("a --var that no suite declares is an error", "[checks][vars]") {
  CHECK(result_with({{"wrod", "3"}}) == "no suite has a var 'wrod' (did you mean 'word'?)");
  CHECK(result_with({{"nothing", "3"}}) ==
        "no suite has a var 'nothing' (there are: VAR_OF_TEST, word)");
}

}  // namespace
}  // namespace baseline::vars_test
