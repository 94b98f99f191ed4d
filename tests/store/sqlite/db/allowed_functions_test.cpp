#include "store/sqlite/db/allowed_functions.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite::allowed_functions_test {
namespace {

// What SQLite has and SQL of others may not call. One that is in neither list is new: see what it
// does, and put it into one of them.
constexpr std::array<std::string_view, 3> kRefused = {"fts3_tokenizer", "load_extension",
                                                      "sqlite_log"};

struct Call {
  std::string function;
  std::string sql;
};

std::vector<Call> all_calls() {
  std::vector<Call> calls;
  SQLite::Database plain(":memory:", SQLite::OPEN_READWRITE);
  SQLite::Statement rows(
      plain, "SELECT DISTINCT name, max(narg, 0), type = 'w' FROM pragma_function_list");
  while (rows.executeStep()) {
    const std::string name = rows.getColumn(0).getString();
    std::string arguments;
    for (int i = 0; i < rows.getColumn(1).getInt(); ++i) arguments += i == 0 ? "'0'" : ", '0'";
    const char* const over = rows.getColumn(2).getInt() != 0 ? " OVER ()" : "";
    calls.push_back({name, "SELECT \"" + name + "\"(" + arguments + ")" + over});
  }
  return calls;
}

std::string said_by_migration(const std::string& sql) {
  Migration migration;
  migration.file = "1_new.sql";
  migration.sql = "CREATE TABLE t (a); " + sql + ";";
  try {
    apply_migration(migration);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("the SQL of others calls the functions of the list", "[functions]") {
  const std::vector<Call> calls = all_calls();
  REQUIRE(calls.size() > 100);
  Migration empty;
  empty.file = "1_new.sql";
  empty.sql = "CREATE TABLE t (a);";
  const auto suite = apply_migration(empty)->scratch();
  suite->begin(false);
  for (const Call& call : calls) {
    INFO(call.sql);
    const bool refused = std::ranges::find(kRefused, call.function) != kRefused.end();
    CHECK(is_allowed_function(call.function) == !refused);
    CHECK((said_by_migration(call.sql).find("is not allowed in a migration") !=
           std::string::npos) == refused);
    const auto failure = suite->query(call.sql, {}, {}).failure;
    const bool denied = failure && failure->message == call.function + " is not allowed here";
    CHECK(denied == refused);
  }
}

struct Listed {
  std::string name;
  std::string since;
  bool allowed = false;
  std::string reason;
};

std::vector<Listed> all_listed() {
  std::vector<Listed> out;
  std::ifstream file(PROJECT_DIR "/tests/data/sqlite_functions.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Listed one;
    std::string verdict;
    words >> one.name >> one.since >> verdict >> std::ws;
    std::getline(words, one.reason);
    one.allowed = verdict == "allowed";
    REQUIRE((one.allowed || verdict == "refused"));
    out.push_back(one);
  }
  return out;
}

TEST_CASE("every function of SQLite 3.46 is allowed, or refused for a reason", "[functions]") {
  const std::vector<Listed> all = all_listed();
  REQUIRE(all.size() > 150);
  for (const Listed& one : all) {
    INFO(one.name);
    CHECK(is_allowed_function(one.name) == one.allowed);
    CHECK(one.allowed == one.reason.empty());
  }
  // What this SQLite has is known.
  for (const Call& call : all_calls()) {
    INFO(call.function);
    CHECK((std::ranges::find(all, call.function, &Listed::name) != all.end() ||
           call.function.starts_with("sqlite_rename_") || call.function == "sqlite_drop_column"));
  }
}

TEST_CASE("what ALTER TABLE calls by itself is allowed", "[functions]") {
  CHECK(said_by_migration("ALTER TABLE t ADD COLUMN b; CREATE INDEX i ON t (b); "
                          "CREATE VIEW v AS SELECT a, b FROM t; "
                          "ALTER TABLE t RENAME COLUMN a TO c; ALTER TABLE t RENAME TO u; "
                          "ALTER TABLE u ADD COLUMN d; ALTER TABLE u DROP COLUMN d")
            .empty());
}

TEST_CASE("virtual tables work as before", "[functions]") {
  CHECK(said_by_migration("CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('one two');"
                          "CREATE TABLE r AS SELECT highlight(f, 0, '[', ']') FROM f('two')")
            .empty());
}

// SQLite 3.40 lets a CHECK call it, and takes a bound value for one that the application vouches
// for.
TEST_CASE("no schema hands out or takes a pointer", "[functions]") {
  const std::vector<Call> calls = all_calls();
  if (std::ranges::find(calls, "fts3_tokenizer", &Call::function) == calls.end()) {
    WARN("this SQLite has no fts3_tokenizer");
    return;
  }
  const TempDir dir;
  const auto path = dir.path() / "app.db";
  run_sql(path, "CREATE TABLE t (a, b CHECK (coalesce(fts3_tokenizer(a, b), 1) = 1))");
  run_sql(path, "CREATE TABLE u (a, b CHECK (fts3_tokenizer(a) IS NULL))");
  const auto scratch = open_live(path)->scratch();
  const std::string simple("simple");
  scratch->begin(false);
  for (const char* const table : {"t", "u"}) {
    const auto outcome =
        scratch->execute(std::string("INSERT INTO ") + table + " VALUES (:a, :b)",
                         {{"a", Value(simple)}, {"b", Value(Blob(8, std::byte{0x41}))}}, {});
    REQUIRE(outcome.failure);
    INFO(outcome.failure->message);
    CHECK(outcome.failure->message.find("fts3_tokenizer") != std::string::npos);
    CHECK(outcome.failure->message.find("CHECK") == std::string::npos);
  }
}

// SQLite looks at the first statement of what sqlite_schema says, and so does a copy of the schema.
TEST_CASE("what follows a definition in the schema is not run", "[functions]") {
  const TempDir dir;
  const auto path = dir.path() / "app.db";
  run_sql(path,
          "CREATE TABLE t (a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
          "'CREATE TABLE t (a); CREATE TABLE planted (b)'");
  const auto scratch = open_live(path)->scratch();
  CHECK(scratch->table("t"));
  CHECK(!scratch->table("planted"));
}

}  // namespace
}  // namespace baseline::sqlite::allowed_functions_test
