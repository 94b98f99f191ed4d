#include "store/sqlite/sql/tokenizer.hpp"

#include <string>

#include "store/sqlite/sql/table_definition.hpp"
#include "support/catch.hpp"

namespace baseline::sqlite::tokenizer_test {
namespace {

std::string split(std::string_view sql) {
  std::string out;
  for (const Token& token : tokenize(sql)) out += "<" + std::string(token.text) + ">";
  return out;
}

TEST_CASE("tokens are split as SQLite splits them", "[tokenizer]") {
  CHECK(split("a.b,c<=1e-5-2") == "<a><.><b><,><c><<=><1e-5><-><2>");
  CHECK(split("'it''s' \"a\"\"b\" `c``d` [e]] x'0F' X'a'") ==
        "<'it''s'><\"a\"\"b\"><`c``d`><[e]><]><x'0F'><X'a'>");
  CHECK(split("1 -- a ' comment\n + /* '; */ 0x1F.5 .5") == "<1><+><0x1F.5><.5>");
  CHECK(split("a->>'$.b'||c -> d<<1>>2!=3<>4==5") ==
        "<a><->>><'$.b'><||><c><->><d><<<><1><>>><2><!=><3><<>><4><==><5>");
  CHECK(split(":a @b $c ?1 ?") == "<:a><@b><$c><?1><?>");
  CHECK(split("\xEF\xBB\xBFSELECT ä$1") == "<SELECT><ä$1>");
  CHECK(split("'open") == "<'open>");
  CHECK(split("/* open") == "");
  CHECK(split("\"") == "<\">");
  CHECK(split(std::string_view("a\0b", 3)).size() == 9);
}

TEST_CASE("names lose their quotes and get them back when needed", "[tokenizer]") {
  const auto name = [](std::string_view sql) { return unquoted(tokenize(sql).at(0)); };
  CHECK(name("\"a\"\"b\"") == "a\"b");
  CHECK(name("[a\"b]") == "a\"b");
  CHECK(name("`a``b`") == "a`b");
  CHECK(name("'a''b'") == "a'b");
  CHECK(name("\"") == "");
  CHECK(readable_name("latitude") == "latitude");
  CHECK(readable_name("select") == "\"select\"");
  CHECK(readable_name("true") == "\"true\"");
  CHECK(readable_name("a\"b c") == "\"a\"\"b c\"");
  CHECK(readable_name("") == "\"\"");
}

TEST_CASE("hostile CREATE TABLE texts end", "[tokenizer]") {
  const std::string sql =
      "CREATE TABLE t (a INT CONSTRAINT n NOT NULL DEFAULT (1) CHECK (a > ')') REFERENCES p (x) ON "
      "DELETE SET NULL MATCH full, b AS (a) STORED, CONSTRAINT k PRIMARY KEY (a, b DESC) FOREIGN "
      "KEY "
      "(a) REFERENCES q)";
  CHECK(parse_create_table(sql).constraints.size() == 5);
  // Each beginning of it is read without a crash or an endless loop.
  for (std::size_t length = 0; length < sql.size(); ++length) {
    parse_create_table(std::string_view(sql).substr(0, length));
  }
  for (const char* text : {"CREATE TABLE t (((((", "CREATE TABLE t (,,,)", "CREATE TABLE t ()",
                           "CREATE TABLE t (CONSTRAINT", "CREATE TABLE t (a ON CONFLICT, CHECK)",
                           "CREATE VIRTUAL TABLE f USING fts5(a, check)", "DROP TABLE t"}) {
    INFO(text);
    CHECK(parse_create_table(text).constraints.size() <= 1);
  }
}

}  // namespace
}  // namespace baseline::sqlite::tokenizer_test
