#include "store/sqlite/schema/schema_reading.hpp"

#include <sqlite3.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/session/session.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/workbench.hpp"

namespace baseline::sqlite::schema_reading_test {
namespace {

SQLite::Database database_of(const std::string& sql) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  database.exec(sql);
  return database;
}

std::vector<std::string> names(SQLite::Database& database) {
  std::vector<std::string> out;
  for (const SchemaObject& object : SchemaReading::of(database)->schema(database).objects) {
    out.push_back(object.name);
  }
  return out;
}

TEST_CASE("databases of the same schema share what was read of it", "[schema]") {
  SQLite::Database one = database_of("CREATE TABLE a (x UNIQUE); INSERT INTO a VALUES (1)");
  SQLite::Database other = database_of("CREATE TABLE a (x UNIQUE)");
  const auto reading = SchemaReading::of(one);
  CHECK(reading == SchemaReading::of(other));
  const auto* const constraints = &reading->constraints(one);
  CHECK(constraints->size() == 1);
  CHECK(constraints == &SchemaReading::of(other)->constraints(other));
}

TEST_CASE("a schema that differs in anything is read by itself", "[schema]") {
  const std::string texts[] = {
      "CREATE TABLE a (x)",
      "CREATE TABLE a (x )",
      "CREATE TABLE a (x UNIQUE)",
      "CREATE TABLE a (x); CREATE TABLE b (x)",
      "CREATE TABLE b (x); CREATE TABLE a (x)",
      "CREATE TABLE a (x); CREATE INDEX b ON a (x)",
  };
  for (const std::string& text : texts) {
    INFO(text);
    SQLite::Database first = database_of(text);
    const auto in_use = SchemaReading::of(first);
    for (const std::string& other : texts) {
      SQLite::Database second = database_of(other);
      CHECK((SchemaReading::of(first) == SchemaReading::of(second)) == (other == text));
    }
    // More schemas than are kept have been asked for; what is in use stays good.
    CHECK(in_use->schema(first).digest() == SchemaReading::of(first)->schema(first).digest());
  }
}

TEST_CASE("what was changed is read anew", "[schema]") {
  SQLite::Database database = database_of("CREATE TABLE a (x)");
  CHECK(names(database) == std::vector<std::string>{"a"});
  database.exec("BEGIN; CREATE TABLE b (x)");
  CHECK(names(database) == std::vector<std::string>{"a", "b"});
  database.exec("ROLLBACK");
  CHECK(names(database) == std::vector<std::string>{"a"});
  database.exec("ALTER TABLE a RENAME TO c");
  CHECK(names(database) == std::vector<std::string>{"c"});
}

TEST_CASE("only a schema that says FAIL may leave rows of a rejected statement", "[schema]") {
  SQLite::Database plain = database_of("CREATE TABLE a (x UNIQUE)");
  CHECK_FALSE(SchemaReading::of(plain)->may_say_fail());
  SQLite::Database fails = database_of("CREATE TABLE a (x UNIQUE ON CONFLICT Fail)");
  CHECK(SchemaReading::of(fails)->may_say_fail());
}

// Renames the table, in another connection, once the statement begins that asks for the tables.
struct Renamer {
  SQLite::Database database;
  bool done = false;

  static int at_statement(unsigned, void* context, void*, void* text) {
    auto& self = *static_cast<Renamer*>(context);
    const std::string_view sql = static_cast<const char*>(text);
    if (self.done || sql.find("table_list") == std::string_view::npos) return 0;
    self.done = true;
    self.database.tryExec("ALTER TABLE a RENAME TO b");
    return 0;
  }
};

TEST_CASE("what another process changes meanwhile is not taken for the schema before", "[schema]") {
  for (const char* const mode : {"DELETE", "WAL"}) {
    INFO(mode);
    const TempDir dir;
    const auto path = dir.path() / "app.db";
    const std::string table = std::string("CREATE TABLE a (only_") + mode + ")";
    run_sql(path, std::string("PRAGMA journal_mode = ") + mode + "; " + table);
    const auto live = open_live(path);
    Renamer renamer{SQLite::Database(path.string(), SQLite::OPEN_READWRITE)};
    sqlite3* const handle = dynamic_cast<SqliteSession&>(*live).database().getHandle();
    sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, Renamer::at_statement, &renamer);
    CHECK(live->schema().objects.at(0).name == "a");
    sqlite3_trace_v2(handle, 0, nullptr, nullptr);
    CHECK(renamer.done);
    SQLite::Database before = database_of(table);
    CHECK(names(before) == std::vector<std::string>{"a"});
  }
}

}  // namespace
}  // namespace baseline::sqlite::schema_reading_test
