#include "checks/generate/row_search.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "checks/generate/combinations.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::generate::row_search_test {
namespace {

/// A search in the only table of a schema.
struct Searched {
  explicit Searched(const std::string& schema)
      : database(database_of(schema)), scratch(database->scratch()), tables(database->tables()) {
    scratch->begin(false);
    probe = std::make_unique<Probe>(*scratch, tables.front(), 1);
    search = std::make_unique<RowSearch>(*probe, tables.front(), RowSearch::Demands());
  }
  const ConstraintModel& check(const std::string& text) const {
    for (const ConstraintModel& constraint : tables.front().constraints) {
      if (constraint.name == text || constraint.by.text == text) return constraint;
    }
    FAIL("no constraint " << text);
    return tables.front().constraints.front();
  }
  std::unique_ptr<Session> database;
  std::unique_ptr<Session> scratch;
  std::vector<TableModel> tables;
  std::unique_ptr<Probe> probe;
  std::unique_ptr<RowSearch> search;
};

std::string text_of(const Row& row) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : row) parts.push_back(name + "=" + sql_literal(value));
  return join(parts, " ");
}

std::string witnesses(Searched& searched, const std::string& constraint) {
  std::vector<std::string> out;
  for (const auto& witness : searched.search->violating(searched.check(constraint))) {
    out.push_back(text_of(witness.row) + (witness.alone ? "" : " (not alone)"));
  }
  return join(out, "; ");
}

std::string edges(Searched& searched) {
  std::vector<std::string> out;
  for (const auto& edge : searched.search->edges()) {
    for (const Row& row : edge.rows) out.push_back(text_of(row));
  }
  return join(out, "; ");
}

TEST_CASE("combinations come with the first elements first", "[generate]") {
  std::vector<std::string> seen;
  for_each_combination({2, 3}, [&](const std::vector<std::size_t>& chosen) {
    seen.push_back(fmt::format("{}{}", chosen[0], chosen[1]));
    return seen.size() < 5;
  });
  CHECK(join(seen, " ") == "00 01 10 02 11");
  std::size_t all = 0;
  for_each_combination({3, 4, 5}, [&](const auto&) { return ++all > 0; });
  CHECK(all == 60);
  for_each_combination({3, 0}, [&](const auto&) { return ++all > 0; });
  CHECK(all == 60);
}

TEST_CASE("the simplest row holds what cannot be left out", "[generate]") {
  const Searched searched(
      "CREATE TABLE t (a INTEGER NOT NULL, b TEXT NOT NULL DEFAULT 'x', c TEXT, d REAL CHECK (d > "
      "5),"
      " e TEXT NOT NULL CHECK (e IN ('p', 'q')), f AS (a + 1))");
  CHECK(text_of(searched.search->simplest().value()) == "a=1 e='p'");
}

TEST_CASE("witnesses lie right beyond a bound, accepted neighbours right before it", "[generate]") {
  Searched searched("CREATE TABLE t (a INTEGER CHECK (a BETWEEN 3 AND 9))");
  CHECK(witnesses(searched, "a BETWEEN 3 AND 9") == "a=2; a=10; a='a'");
  CHECK(edges(searched) == "a=3; a=9");
  Searched real("CREATE TABLE t (a REAL CHECK (a < 0.5))");
  CHECK(witnesses(real, "a < 0.5") == "a=0.5; a='a'");
  Searched text("CREATE TABLE t (a TEXT NOT NULL CHECK (length(a) BETWEEN 2 AND 4))");
  CHECK(witnesses(text, "length(a) BETWEEN 2 AND 4") == "a='xxxxx'; a='a'");
}

TEST_CASE("a violator of several columns changes only what it must", "[generate]") {
  Searched searched(
      "CREATE TABLE t (kind TEXT NOT NULL, x INTEGER, y INTEGER, CONSTRAINT one CHECK ("
      "(kind = 'x' AND x IS NOT NULL AND y IS NULL) OR (kind = 'y' AND y IS NOT NULL AND x IS "
      "NULL)),"
      " CONSTRAINT known CHECK (kind IN ('x', 'y')))");
  CHECK(text_of(searched.search->simplest().value()) == "kind='x' x=1");
  const std::string one = witnesses(searched, "one");
  CHECK_THAT(one, ContainsSubstring("kind='x' x=NULL y=NULL"));
  CHECK_THAT(one, ContainsSubstring("kind='y' x=1 y=NULL"));
  // Each unknown kind also violates the other: it never fires alone.
  CHECK_THAT(witnesses(searched, "known"), ContainsSubstring("kind='a' x=1 y=NULL (not alone)"));
}

TEST_CASE("values that cannot be evaluated are no witnesses", "[generate]") {
  Searched searched("CREATE TABLE t (a TEXT NOT NULL CHECK (json_type(a) = 'object'))");
  CHECK(text_of(searched.search->simplest().value()) == "a='{}'");
  const std::string found = witnesses(searched, "json_type(a) = 'object'");
  CHECK_THAT(found, ContainsSubstring("a='[]'"));
  CHECK(found.find("not JSON") == std::string::npos);
}

TEST_CASE("what contradicts itself is named", "[generate]") {
  Searched searched("CREATE TABLE t (a INTEGER NOT NULL CHECK (a > 5), CHECK (a < 3))");
  CHECK_FALSE(searched.search->simplest());
  CHECK(join(searched.search->unsatisfied(), ", ") == "CHECK (a > 5), CHECK (a < 3)");
}

TEST_CASE("a row is found for the condition of a partial index", "[generate]") {
  Searched searched(
      "CREATE TABLE t (a INTEGER, state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', "
      "'old')));"
      "CREATE UNIQUE INDEX i ON t (a) WHERE state = 'old'");
  const ConstraintModel& index = searched.check("i");
  CHECK(text_of(searched.search->satisfying(index.condition, index.columns).value()) ==
        "a=1 state='old'");
}

}  // namespace
}  // namespace baseline::generate::row_search_test
