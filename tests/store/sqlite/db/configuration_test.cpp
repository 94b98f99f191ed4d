#include "store/sqlite/db/configuration.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/swap/freeze.hpp"
#include "store/sqlite/swap/target.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

std::int64_t rows_of_t(SQLite::Database database) {
  return database.execAndGet("SELECT count(*) FROM t").getInt64();
}

// A database whose schema does not parse; some releases of SQLite say so of JSON as well.
fs::path with_malformed_schema(const TempDir& dir, const std::string& mode) {
  const fs::path path = dir.path() / (mode + ".db");
  run_sql(path, "PRAGMA journal_mode = " + mode +
                    "; CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA writable_schema = ON; "
                    "UPDATE sqlite_schema SET sql = 'CREATE TABEL t (a)'");
  return path;
}

TEST_CASE("a schema that is read for one purpose is read for all", "[configuration]") {
  const TempDir dir;
  const fs::path path = dir.path() / "app.db";
  run_sql(path,
          "CREATE TABLE t (a CHECK (json_valid(a)), b AS (json_extract(a, '$.b')));"
          "CREATE INDEX by_c ON t (json_extract(a, '$.c')); INSERT INTO t (a) VALUES ('{}')");
  CHECK(rows_of_t(open_reading(path)) == 1);
  CHECK(rows_of_t(open_unchanging(path)) == 1);
  CHECK(rows_of_t(open_held(path)) == 1);
  SQLite::Database source = open_unchanging(path);
  CHECK(rows_of_t(copy_of(source)) == 1);
  CHECK(rows_of_t(open_writing(path, Purpose::copy)) == 1);
}

TEST_CASE("a schema that does not parse is in the way of no freeze", "[configuration]") {
  const TempDir dir;
  for (const std::string mode : {"DELETE", "WAL"}) {
    INFO(mode);
    const fs::path path = with_malformed_schema(dir, mode);
    CHECK_THROWS(open_unchanging(path));
    const std::string before = bytes_of(path);
    CHECK(freeze(resolve(path)).kind == FreezeOutcome::Kind::frozen);
    CHECK(bytes_of(path) == before);
    CHECK(why_bytes_only(Directory::open(dir.path()), path.filename().native()).empty());
  }
}

TEST_CASE("what SQLite cannot open is bytes only", "[configuration]") {
  const TempDir dir;
  const fs::path path = dir.path() / "app.db";
  const auto why = [&] { return why_bytes_only(Directory::open(dir.path()), "app.db"); };
  CHECK(why().empty());
  std::ofstream(path) << "";
  CHECK(why().empty());
  std::ofstream(path) << "no database";
  CHECK(why() == "file is not a database");
  fs::remove(path);
  run_sql(path, "CREATE TABLE t (a)");
  CHECK(why().empty());
  const auto patch = [&](std::streamoff at, char value) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at).put(value);
  };
  patch(18, 3);
  CHECK(why() == "its format may be read, but not written");
  patch(18, 1);
  patch(16, 3);
  CHECK(why() == "file is not a database");
}

}  // namespace
}  // namespace baseline::sqlite
