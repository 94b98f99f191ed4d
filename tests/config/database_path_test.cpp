#include "config/database_path.hpp"

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline {
namespace {

// "MESSAGE | HINT", or nothing when the text may be the path of a database.
std::string objection(const std::string& text) {
  try {
    require_path(text, "--database", "--database ");
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
}

// The path that the hint tells to give instead of an address.
std::string path_meant(const std::string& address) {
  const std::string text = objection(address);
  INFO(address << ": " << text);
  CHECK_THAT(text,
             ContainsSubstring("'" + address + "' is an address, and --database takes a path"));
  const std::string hint = " | give the path: --database ";
  const std::size_t found = text.find(hint);
  return found == std::string::npos ? std::string() : text.substr(found + hint.size());
}

TEST_CASE("an address is told from a path, and the path in it is found", "[path]") {
  CHECK(path_meant("file:app.db") == "app.db");
  CHECK(path_meant("file:./app.db") == "./app.db");
  CHECK(path_meant("file:app.db?mode=rwc&cache=shared") == "app.db");
  CHECK(path_meant("file:///srv/app.db") == "/srv/app.db");
  CHECK(path_meant("file://localhost/srv/app.db") == "/srv/app.db");
  CHECK(path_meant("file:/srv/app.db#top") == "/srv/app.db");
  CHECK(path_meant("FILE:app.db") == "app.db");
  CHECK(path_meant("file:my%20app.db") == "'my app.db'");
  CHECK(path_meant("file:100%.db") == "100%.db");
  CHECK(path_meant("sqlite:app.db") == "app.db");
  CHECK(path_meant("sqlite3:db/app.db") == "db/app.db");
  CHECK(path_meant("sqlite:///no-such.db") == "no-such.db");
  CHECK(path_meant("sqlite:////srv/app.db") == "/srv/app.db");
  CHECK(path_meant("sqlite://./app.db") == "./app.db");
  CHECK(path_meant("sqlite+pysqlite:///no-such.db") == "no-such.db");
  CHECK(path_meant("sqlite+aiosqlite:////srv/app.db?timeout=5") == "/srv/app.db");
  CHECK(path_meant("spatialite:////srv/app.db") == "/srv/app.db");
  CHECK(path_meant("libsql://app.db") == "app.db");
  CHECK(path_meant("jdbc:sqlite:app.db") == "app.db");
  CHECK(path_meant("jdbc:sqlite:/srv/app.db") == "/srv/app.db");
  CHECK(path_meant("jdbc:sqlite:file:app.db?mode=ro") == "app.db");
  CHECK(path_meant("Data Source=app.db;Cache=Shared") == "app.db");
}

TEST_CASE("of three slashes the path that exists was meant", "[path]") {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "app.db";
  std::ofstream(file) << "";
  CHECK(path_meant("sqlite://" + file.string()) == file.string());
}

TEST_CASE("a database in memory is none", "[path]") {
  for (const char* text : {":memory:", "file::memory:", "file::memory:?cache=shared", "sqlite://",
                           "sqlite::memory:", "sqlite:///:memory:", "jdbc:sqlite::memory:",
                           "jdbc:sqlite:", "file:x?mode=memory", "Data Source=:memory:"}) {
    INFO(text);
    CHECK(objection(text) == "'" + std::string(text) +
                                 "' is a database in memory, of which nothing would be left | give "
                                 "the path of a file");
  }
}

TEST_CASE("a server is named, and its password is not", "[path]") {
  const std::string hint = " | give the path of the SQLite database: --database app.db";
  const auto server = [&](const std::string& name) {
    return "--database is the address of a " + name +
           " server, which is not supported yet: baseline replaces SQLite files" + hint;
  };
  CHECK(objection("postgresql://user:secret@host/db") == server("PostgreSQL"));
  CHECK(objection("postgres://host") == server("PostgreSQL"));
  CHECK(objection("postgresql+psycopg2://user:secret@host/db") == server("PostgreSQL"));
  CHECK(objection("jdbc:postgresql://host/db?password=secret") == server("PostgreSQL"));
  CHECK(objection("pgsql:host=localhost;password=secret") == server("PostgreSQL"));
  CHECK(objection("mysql://user:secret@host/db") == server("MySQL"));
  CHECK(objection("s3://bucket/app.db?key=secret") ==
        "--database is an address (s3://…), and not the path of a file" + hint);
}

TEST_CASE("what only resembles an address is a path", "[path]") {
  for (const char* text : {"app.db", "./file:app.db", "/srv/sqlite:x", "a:b.db", "app.db:1", "file",
                           "C:app.db", ":x:", "1:app.db", "data source.db", "-.db", "files:app.db",
                           "sqlite", "2026-11-30T12:00.db", "{app}.db", "$", "a$"}) {
    INFO(text);
    CHECK(objection(text).empty());
  }
}

TEST_CASE("a pattern that no shell has filled in is no path, unless a file has that name",
          "[path]") {
  const TempDir dir;
  const std::string place = dir.path().string() + "/";
  std::ofstream(place + "b.db") << "";
  std::ofstream(place + "a.db") << "";
  std::ofstream(place + "a[1].db") << "";
  const auto pattern = [&](const std::string& name, const std::string& hint) {
    CHECK(objection(place + name) ==
          "there is no file '" + place + name +
              "', and it looks like a pattern or variable that no shell has filled in | give the "
              "path of one file" +
              hint);
  };
  pattern("*.db", ": --database " + place + "a.db");
  pattern("?.db", ": --database " + place + "a.db");
  pattern("[bc].db", ": --database " + place + "b.db");
  pattern("*.sqlite", "");
  pattern("{x,y}.db", "");
  pattern("$DATABASE", "");
  pattern("${DATABASE}", "");
  CHECK(objection(place + "a[1].db").empty());
  CHECK(objection(place + "a[2].db").empty());  // takes no file
  std::ofstream(place + "*.db") << "";
  CHECK(objection(place + "*.db").empty());
}

}  // namespace
}  // namespace baseline
