#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::regexp_test {
namespace {

// The only value of the query, or the failure.
std::string answer(const std::string& sql) {
  const auto session =
      database_of("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('cat'), ('dog')");
  const QueryOutcome outcome = session->query(sql, {}, {});
  return outcome.failure ? outcome.failure->message : sql_literal(outcome.rows.at(0).at(0));
}

TEST_CASE("SQL of suites has REGEXP", "[sqlite][regexp]") {
  CHECK(answer("SELECT 'shop' REGEXP '^s.+p$'") == "1");
  CHECK(answer("SELECT 'shop' REGEXP '^o'") == "0");
  CHECK(answer("SELECT 'shop' NOT REGEXP 'ho'") == "0");
  CHECK(answer("SELECT 'für' REGEXP '^f.r$'") == "1");
  CHECK(answer("SELECT 12 REGEXP '^[0-9]+$'") == "1");
  CHECK(answer("SELECT NULL REGEXP 'a'") == "NULL");
  CHECK(answer("SELECT 'a' REGEXP NULL") == "NULL");
  CHECK(answer("SELECT count(*) FROM t WHERE a REGEXP '^c'") == "1");
  CHECK(answer("SELECT count(*) FROM t, t AS u WHERE t.a REGEXP u.a") == "2");
  CHECK(answer("SELECT 'a' REGEXP '('") == "'(' is no regular expression: missing ): (");
  CHECK(answer("SELECT 'a' REGEXP replace(hex(zeroblob(501)), '0', 'a')") ==
        "a pattern of REGEXP has 1000 bytes at most");
}

TEST_CASE("a migration has no REGEXP: the application would have to define it",
          "[sqlite][regexp]") {
  CHECK_THROWS_AS(database_of("CREATE TABLE t (a TEXT CHECK (a REGEXP 'x'));"
                              "INSERT INTO t VALUES ('x')"),
                  Error);
}

}  // namespace
}  // namespace baseline::regexp_test
