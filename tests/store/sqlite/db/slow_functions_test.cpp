#include <fmt/format.h>

#include <memory>
#include <string>

#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::slow_functions_test {
namespace {

std::unique_ptr<Session> empty_session() {
  return sqlite::apply_migration({"1", "1_x.sql", "CREATE TABLE t (a)"});
}

// What became of it in one line: the literal of its value, or why there is none.
std::string answer(Session& session, const std::string& sql) {
  const QueryOutcome outcome = session.query(sql, {}, {});
  if (outcome.failure) return outcome.failure->message;
  return sql_literal(outcome.rows.at(0).at(0));
}

TEST_CASE("functions that are bounded give what SQLite's own give", "[session][guard]") {
  const auto session = empty_session();
  auto plain = sqlite::open_memory();
  for (const char* call : {"instr('abc', 'c')",
                           "instr('abc', '')",
                           "instr(NULL, 'a')",
                           "instr(x'0102', x'02')",
                           "instr(123, 3)",
                           "instr('äöü', 'ü')",
                           "replace('abcabc', 'b', 'xx')",
                           "replace('abc', '', 'x')",
                           "replace(NULL, 'a', 'b')",
                           "typeof(replace(121, 1, 3))",
                           "trim('xxaxx', 'x')",
                           "ltrim('xya', 'yx')",
                           "rtrim('axy', 'yx')",
                           "trim(' a ')",
                           "trim('a', NULL)",
                           "printf('%05d|%-8s|%.2f|%%|%c', 42, 'ab', 1.005, 'z')",
                           "printf('%*d|%.*f', 6, 7, 2, 3.14159)",
                           "printf()",
                           "printf(NULL)",
                           "printf('%q', 'it''s')",
                           "format('%d %s', 1)",
                           "format('%*d', -9223372036854775807 - 1, 5)",
                           "json_patch('{\"a\":1}', '{\"b\":2}')",
                           "json_array(json_patch('{\"a\":1}', '{\"a\":2}'))",
                           "json_patch(NULL, '{}')"}) {
    INFO(call);
    const std::string sql = fmt::format("SELECT quote({})", call);
    const SQLite::Column expected = plain.execAndGet(sql);
    CHECK(answer(*session, sql) == sql_literal(Value(expected.getString())));
  }
  for (const char* wrong : {"instr('a')", "replace('a', 'b')", "json_patch('{', '{}')"}) {
    std::string expected;
    try {
      plain.execAndGet(fmt::format("SELECT {}", wrong));
    } catch (const SQLite::Exception& exception) {
      expected = exception.what();
    }
    CHECK(answer(*session, fmt::format("SELECT {}", wrong)) == expected);
  }
}

TEST_CASE("schemas use the bounded functions as ever", "[session][guard]") {
  const auto session = sqlite::apply_migration(
      {"1", "1_x.sql",
       "CREATE TABLE t (a CHECK (instr(a, '@') > 0), b AS (replace(a, '@', ' at ')));"
       "CREATE INDEX i ON t (trim(a, '.'));"});
  const auto scratch = session->scratch();
  scratch->begin(true);
  CHECK_FALSE(scratch->execute("INSERT INTO t VALUES ('x@y.')", {}, {}).failure);
  CHECK(scratch->execute("INSERT INTO t VALUES ('x')", {}, {}).failure->kind ==
        SqlFailure::Kind::constraint);
  CHECK(answer(*scratch, "SELECT b FROM t WHERE trim(a, '.') = 'x@y'") == "'x at y.'");
  CHECK(answer(*scratch, "PRAGMA integrity_check") == "'ok'");
}

// Without the bounds each of these takes from a minute to days, and nothing can interrupt it.
TEST_CASE("a call that would run for hours is refused", "[session][guard]") {
  const auto session = empty_session();
  const std::string long_text = "hex(zeroblob(8000000))";
  CHECK(answer(*session,
               fmt::format("SELECT instr({0}, substr({0}, 2, 7999999) || '1')", long_text)) ==
        "instr() of 16000000 and 8000000 bytes would take too long");
  CHECK(answer(*session,
               fmt::format("SELECT replace({0}, substr({0}, 2, 7999999) || '1', '')", long_text)) ==
        "replace() of 16000000 and 8000000 bytes would take too long");
  CHECK(answer(*session, fmt::format("SELECT rtrim({0}, replace({0}, '0', 'a') || '0')",
                                     "hex(zeroblob(4000000))")) ==
        "rtrim() of 8000000 and 8000001 bytes would take too long");
  const std::string too_large =
      "a value is larger than 16 MiB, the most that a check makes or reads";
  for (const char* format : {"'%.2000000000c', 'x'", "'%.*c', 2000000000, 'x'",
                             "'%9000000d%9000000d', 1, 2", "'%d%s%-*d', 1, 'a', 17000000, 3"}) {
    CHECK(answer(*session, fmt::format("SELECT printf({})", format)) == too_large);
  }
  CHECK(answer(*session, "SELECT length(printf('%.16000000c', 'x'))") == "16000000");
  CHECK(answer(*session, "SELECT printf('%d %d', 99999999999, 5)") == "'99999999999 5'");
}

TEST_CASE("texts that are matched by patterns are bounded more closely", "[session][guard]") {
  const auto session = empty_session();
  const std::string too_large =
      "a value is larger than 1.0 MiB, the most that a check makes or reads where LIKE or GLOB is "
      "used";
  const std::string text = "hex(zeroblob(600000))";
  CHECK(answer(*session, "SELECT " + text + " LIKE '%1'") == too_large);
  CHECK(answer(*session, "SELECT 'a' GLOB 'b' OR " + text + " = 1") == too_large);
  // It is about the SQL that matches, not about what comes after it.
  CHECK(answer(*session, "SELECT length(" + text + ")") == "1200000");
  CHECK(answer(*session, "SELECT 'abc' LIKE 'A%'") == "1");
}

TEST_CASE("a blob of any size can be measured", "[session][guard]") {
  const auto session = sqlite::apply_migration(
      {"1", "1_x.sql", "CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(17000000))"});
  CHECK(answer(*session, "SELECT length(a) FROM t") == "17000000");
  CHECK(answer(*session, "SELECT a FROM t") ==
        "a value is larger than 16 MiB, the most that a check makes or reads");
}

}  // namespace
}  // namespace baseline::slow_functions_test
