#include "store/sqlite/sql/migration_head.hpp"

#include <string>

#include "support/catch.hpp"

namespace baseline::sqlite {
namespace {

// "encoding page_size auto_vacuum journal_mode", "-" where one is not set.
std::string settings_in(std::string_view sql) {
  const MigrationHead head = read_head(sql);
  CHECK_FALSE(head.mistake);
  std::string text;
  for (const auto& [name, value] : head.settings.items()) {
    text += (text.empty() ? "" : " ") + (value.empty() ? "-" : value);
  }
  return text;
}

// "OFFSET MESSAGE" of the mistake, or nothing.
std::string mistake_in(std::string_view sql) {
  const MigrationHead head = read_head(sql);
  return head.mistake ? std::to_string(head.mistake->offset) + " " + head.mistake->message : "";
}

TEST_CASE("the head of a migration says how its file is kept", "[migration head]") {
  CHECK(settings_in("PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 512;"
                    "PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = WAL; CREATE TABLE t (a)") ==
        "UTF-16le 512 full wal");
  CHECK(
      settings_in("\xEF\xBB\xBF-- PRAGMA page_size = 512\n;; pragma Main.\"Page_Size\"(+65536)") ==
      "- 65536 - -");
  CHECK(settings_in("PRAGMA encoding = \"utf16be\"; PRAGMA auto_vacuum = 2;"
                    "PRAGMA journal_mode(delete)") == "UTF-16be - incremental delete");
  // Others may stand between them.
  CHECK(
      settings_in("PRAGMA user_version = 1; PRAGMA foreign_keys = OFF; PRAGMA page_size = 1024") ==
      "- 1024 - -");
  CHECK(settings_in("") == "- - - -");
}

TEST_CASE("the head ends at the first statement that is no PRAGMA", "[migration head]") {
  CHECK(settings_in("CREATE TABLE t (a); PRAGMA page_size = 512") == "- - - -");
  CHECK(settings_in("PRAGMA auto_vacuum = 1; SELECT 1; PRAGMA page_size = 512") == "- - full -");
}

TEST_CASE("what only asks, or is not of the form, is left to SQLite", "[migration head]") {
  for (const char* sql : {"PRAGMA page_size", "PRAGMA page_size()", "PRAGMA page_size = ",
                          "PRAGMA page_size = 512 512", "PRAGMA temp.page_size = 512",
                          "PRAGMA page_size(512", "PRAGMA", "PRAGMA page_size = 1 2 3"}) {
    CAPTURE(sql);
    CHECK(settings_in(sql) == "- - - -");
    CHECK(read_head(sql).rest.empty());
  }
}

TEST_CASE("what was read at the head is blanked out, and nothing moves", "[migration head]") {
  const std::string sql =
      "PRAGMA user_version = 3;\nPRAGMA\n page_size = 512; /* c */ CREATE TABLE t (a);";
  const std::string blank(std::string("PRAGMA\n page_size = 512").size(), ' ');
  CHECK(read_head(sql).rest ==
        "PRAGMA user_version = 3;\n" + blank + "; /* c */ CREATE TABLE t (a);");
}

TEST_CASE("a value that SQLite would ignore is a mistake, with its place", "[migration head]") {
  const std::string size = "page_size must be a power of two from 512 to 65536; got ";
  CHECK(mistake_in("PRAGMA page_size = 1000") == "19 " + size + "1000");
  CHECK(mistake_in("PRAGMA page_size = 256") == "19 " + size + "256");
  CHECK(mistake_in("PRAGMA page_size = 131072") == "19 " + size + "131072");
  CHECK(mistake_in("PRAGMA page_size = - 512") == "19 " + size + "- 512");
  CHECK(mistake_in("PRAGMA page_size = 0x200") == "19 " + size + "0x200");
  CHECK(mistake_in("PRAGMA encoding('')") ==
        "16 encoding must be UTF-8, UTF-16le or UTF-16be; got ''");
  CHECK(mistake_in("PRAGMA auto_vacuum = 3") ==
        "21 auto_vacuum must be NONE, FULL or INCREMENTAL; got 3");
  CHECK(mistake_in("PRAGMA journal_mode = TRUNCATE") ==
        "22 journal_mode must be WAL or DELETE, for a file keeps no other; got TRUNCATE");
  CHECK(mistake_in("PRAGMA page_size = 512; PRAGMA page_size = 512") ==
        "43 page_size is set twice");
  // The first counts.
  CHECK(mistake_in("PRAGMA page_size = 1; PRAGMA encoding = x") == "19 " + size + "1");
}

}  // namespace
}  // namespace baseline::sqlite
