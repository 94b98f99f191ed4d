#include "checks/selection.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::selection_test {
namespace {

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts = {
      suite_of("  - {name: lat low, query: SELECT 1, value: 1, tags: [edges, 2024]}\n"
               "  - {name: lon, query: SELECT 1, value: 1, tags: [edges, slow]}\n"),
      suite_of("  - {name: lat, query: SELECT 1, value: 1}\n")};
  return kTexts;
}

// The names that a selection takes, or its error with the hint.
std::string taken(const Selection& selection) {
  const LoadedSuites loaded = load_texts(texts());
  try {
    demand_selected(loaded.suites, selection);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return fmt::format("{} ({})", error.what(), error.hint());
  }
  std::vector<std::string> names;
  for (const auto& check : loaded.suites.checks()) {
    if (selection.takes(*check)) names.push_back(check->head().path());
  }
  return join(names, ", ");
}

TEST_CASE("globs and tags select checks", "[checks][selection]") {
  CHECK(taken({}) == "s1/lat low, s1/lon, s2/lat");
  CHECK(taken({{"s1/lat*"}, {}, {}}) == "s1/lat low");
  CHECK(taken({{"*/lat", "s1/lon"}, {}, {}}) == "s1/lon, s2/lat");
  CHECK(taken({{}, {"edges"}, {}}) == "s1/lat low, s1/lon");
  CHECK(taken({{}, {"2024", "slow"}, {}}) == "s1/lat low, s1/lon");
  CHECK(taken({{}, {}, {"slow"}}) == "s1/lat low, s2/lat");
  CHECK(taken({{"s1/*"}, {"edges"}, {"slow"}}) == "s1/lat low");
}

TEST_CASE("what selects nothing is an error", "[checks][selection]") {
  CHECK(taken({{"*", "s2/lta"}, {}, {}}) == "no check matches 's2/lta' (did you mean 's2/lat'?)");
  CHECK(taken({{"nothing"}, {}, {}}) ==
        "no check matches 'nothing' (names are SUITE/CHECK and may hold * and ?)");
  CHECK(taken({{}, {"edgse"}, {}}) == "no check has the tag 'edgse' (did you mean 'edges'?)");
  CHECK(taken({{}, {}, {"no such tag"}}) ==
        "no check has the tag 'no such tag' (there are: 2024, edges, slow)");
  CHECK(taken({{"s2/*"}, {"edges"}, {}}) ==
        "--only, --tag and --skip-tag together leave no check to run (baseline checks list shows "
        "what each of them takes)");
}

}  // namespace
}  // namespace baseline::selection_test
