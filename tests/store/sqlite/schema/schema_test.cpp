#include "store/schema.hpp"

#include <string>
#include <vector>

#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::schema_test {
namespace {

Schema schema_of(const std::string& sql) {
  return sqlite::apply_migration({"1", "1_x.sql", sql})->schema();
}

// The differences as lines "- OBJECT: TEXT".
std::string diff(const std::string& reference, const std::string& actual,
                 const std::vector<std::string>& ignore = {}) {
  const Schema left = schema_of(reference);
  const Schema right = schema_of(actual);
  std::string out;
  for (const SchemaDifference& difference : differences(left, right, ignore)) {
    out += difference.present_in_actual ? "+ " : "- ";
    out += difference.object + (difference.text.empty() ? "" : ": " + difference.text) + "\n";
  }
  if (ignore.empty()) CHECK((left.digest() == right.digest()) == out.empty());
  return out;
}

const char* const kTable =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, lat FLOAT, at DATETIME DEFAULT CURRENT_TIMESTAMP,"
    " CONSTRAINT valid_lat CHECK (lat IS NULL OR (lat >= -90 AND lat <> 90)),"
    " CONSTRAINT u UNIQUE (lat, at))";

TEST_CASE("what does not matter is no difference", "[schema]") {
  // White space, comments, quoting, keyword case, order of constraints, synonyms of operators.
  CHECK(diff(kTable,
             "create table if not exists \"t\" (\n  `id` INTEGER not  /* no */ null primary key,"
             " [lat] float, -- degrees\n at datetime default (current_timestamp),"
             "constraint [u] unique (\"lat\" asc, at), CONSTRAINT 'valid_lat'\n"
             "check(\"lat\" is null or (lat>=-90 and lat != 90)))") ==
        "- t: column id INTEGER\n+ t: column id INTEGER NOT NULL\n");
  CHECK(diff(kTable,
             "create table if not exists \"t\" (\n  `id` integer /* no */ primary key,"
             " [lat] float, -- degrees\n at datetime default (current_timestamp),"
             "constraint [u] unique (\"lat\" asc, at) CONSTRAINT 'valid_lat'\n"
             "check(\"lat\" is null or (lat>=-90 and lat != 90)))")
            .empty());
}

TEST_CASE("a constraint of a column equals the same one of the table", "[schema]") {
  const char* const parent = "CREATE TABLE p (id INTEGER PRIMARY KEY);";
  const auto same = [&](const std::string& a, const std::string& b) {
    INFO(a << "\n" << b);
    CHECK(diff(parent + a, parent + b).empty());
  };
  same("CREATE TABLE t (x INTEGER PRIMARY KEY)", "CREATE TABLE t (x INTEGER, PRIMARY KEY (x))");
  same("CREATE TABLE t (x INTEGER CONSTRAINT pk PRIMARY KEY)",
       "CREATE TABLE t (x INTEGER, CONSTRAINT pk PRIMARY KEY (\"x\"))");
  same("CREATE TABLE t (x UNIQUE)", "CREATE TABLE t (x, UNIQUE (x))");
  same("CREATE TABLE t (x REFERENCES p (id) ON DELETE CASCADE ON UPDATE NO ACTION)",
       "CREATE TABLE t (x, FOREIGN KEY (x) REFERENCES p (id) ON DELETE CASCADE NOT DEFERRABLE)");
  same("CREATE TABLE t (x CHECK (x > 0))", "CREATE TABLE t (x, CHECK (x > 0))");
  same("CREATE TABLE t (x DEFAULT -5)", "CREATE TABLE t (x DEFAULT ( - 5 ))");
  same("CREATE TABLE t (x VARCHAR(32))", "CREATE TABLE t (x varchar ( 32 ))");
  same("CREATE TABLE t (y, x INT GENERATED ALWAYS AS (1 + 1))",
       "CREATE TABLE t (y, x INT AS (1+1) VIRTUAL)");
  same("CREATE TABLE t (x INTEGER PRIMARY KEY AUTOINCREMENT)",
       "CREATE TABLE t (x INTEGER, PRIMARY KEY (x AUTOINCREMENT))");
}

TEST_CASE("what matters in a table is a difference", "[schema]") {
  CHECK(diff(kTable,
             "CREATE TABLE t (id INTEGER PRIMARY KEY, lat FLOAT, at DATETIME DEFAULT "
             "CURRENT_TIMESTAMP, CONSTRAINT u UNIQUE (lat, at))") ==
        "- t: CONSTRAINT valid_lat CHECK (lat IS NULL OR (lat >= -90 AND lat <> 90))\n");
  const auto changed = [](const std::string& a, const std::string& b) {
    return diff("CREATE TABLE p (i INTEGER PRIMARY KEY); CREATE TABLE t (" + a,
                "CREATE TABLE p (i INTEGER PRIMARY KEY); CREATE TABLE t (" + b);
  };
  CHECK(changed("x INT)", "x TEXT)") == "- t: column x INT\n+ t: column x TEXT\n");
  CHECK(changed("x INT)", "x INT NOT NULL)") == "- t: column x INT\n+ t: column x INT NOT NULL\n");
  CHECK(changed("x INT DEFAULT 1)", "x INT DEFAULT '1')") ==
        "- t: column x INT DEFAULT 1\n+ t: column x INT DEFAULT '1'\n");
  CHECK(changed("x, y, z)", "x, z)") == "- t: column y\n");
  CHECK(changed("x, y, z)", "z, x, y)") ==
        "- t: column x before column z\n+ t: column z before column x\n");
  CHECK(changed("x TEXT)", "x TEXT COLLATE NOCASE)") ==
        "- t: column x TEXT\n+ t: column x TEXT COLLATE nocase\n");
  CHECK(changed("x INT, y INT AS (x) STORED)", "x INT, y INT AS (x))") ==
        "- t: column y INT AS (x) STORED\n+ t: column y INT AS (x) VIRTUAL\n");
  CHECK(changed("x INT, y INT AS (x))", "x INT, y INT AS (x + 1))") ==
        "- t: column y INT AS (x) VIRTUAL\n+ t: column y INT AS (x + 1) VIRTUAL\n");
  CHECK(changed("x INT)", "x INT) STRICT") == "+ t: STRICT\n");
  CHECK(changed("x INT PRIMARY KEY NOT NULL)", "x INT PRIMARY KEY NOT NULL) WITHOUT ROWID") ==
        "+ t: WITHOUT ROWID\n");
  CHECK(changed("x INTEGER PRIMARY KEY)", "x INTEGER PRIMARY KEY AUTOINCREMENT)") ==
        "+ t: AUTOINCREMENT\n");
  CHECK(changed("x INTEGER PRIMARY KEY DESC)", "x INTEGER, PRIMARY KEY (x DESC))") ==
        "- t: PRIMARY KEY (x desc in column)\n+ t: PRIMARY KEY (x desc)\n");
  CHECK(changed("x, UNIQUE (x))", "x, UNIQUE (x) ON CONFLICT REPLACE)") ==
        "- t: UNIQUE (x)\n+ t: UNIQUE (x) ON CONFLICT replace\n");
  CHECK(changed("x REFERENCES p)", "x REFERENCES p DEFERRABLE INITIALLY DEFERRED)") ==
        "- t: FOREIGN KEY (x) REFERENCES p\n"
        "+ t: FOREIGN KEY (x) REFERENCES p DEFERRABLE INITIALLY DEFERRED\n");
  CHECK(changed("x, CHECK (x > 0), CHECK (x > 0))", "x, CHECK (x > 0))") == "- t: CHECK (x > 0)\n");
  CHECK(changed("x, CONSTRAINT a CHECK (x > 0))", "x, CONSTRAINT b CHECK (x > 0))") ==
        "- t: CONSTRAINT a CHECK (x > 0)\n+ t: CONSTRAINT b CHECK (x > 0)\n");
  CHECK(changed("x, \"null\", CHECK (x IS \"null\"))", "x, \"null\", CHECK (x IS NULL))") ==
        "- t: CHECK (x IS \"null\")\n+ t: CHECK (x IS NULL)\n");
  CHECK(changed("x, CHECK (x <> 'A'))", "x, CHECK (x <> 'a'))") ==
        "- t: CHECK (x <> 'A')\n+ t: CHECK (x <> 'a')\n");
}

TEST_CASE("indexes, views, triggers and virtual tables are compared", "[schema]") {
  const std::string base = "CREATE TABLE t (a, b);";
  const auto changed = [&](const std::string& a, const std::string& b) {
    return diff(base + a, base + b);
  };
  CHECK(changed("CREATE INDEX i ON t (a, b DESC) WHERE a > 1",
                "create index IF NOT EXISTS \"i\" on [t](\"a\" ASC,b desc) where a>1")
            .empty());
  CHECK(changed("CREATE INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t (a)") ==
        "- index i: ON t (a)\n+ index i: UNIQUE ON t (a)\n");
  CHECK(changed("CREATE INDEX i ON t (a) WHERE b > 1", "CREATE INDEX i ON t (a) WHERE b > 2") ==
        "- index i: ON t (a) WHERE b > 1\n+ index i: ON t (a) WHERE b > 2\n");
  CHECK(changed("CREATE INDEX i ON t (lower(a))", "CREATE INDEX i ON t (upper(a))") ==
        "- index i: ON t (lower(a))\n+ index i: ON t (upper(a))\n");
  CHECK(
      changed("CREATE VIEW v AS SELECT a FROM t", "create  view v as select \"a\" from t").empty());
  CHECK(changed("CREATE VIEW v AS SELECT a FROM t", "CREATE VIEW v AS SELECT b FROM t") ==
        "- view v: AS SELECT a FROM t\n+ view v: AS SELECT b FROM t\n");
  CHECK(changed("", "CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM t; END") ==
        "+ trigger g\n");
  CHECK(
      changed("CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING fts5(a, b)") ==
      "- f: VIRTUAL USING fts5(a)\n+ f: VIRTUAL USING fts5(a, b)\n");
  // Its shadow tables are its own affair.
  CHECK(schema_of("CREATE VIRTUAL TABLE f USING fts5(a)").objects.size() == 1);
}

TEST_CASE("ignored objects take their indexes and triggers with them", "[schema]") {
  const std::string extra =
      "CREATE TABLE geo_cache (id); CREATE INDEX ix ON geo_cache (id);"
      "CREATE TRIGGER tr AFTER INSERT ON geo_cache BEGIN SELECT 1; END;";
  CHECK(diff(kTable, std::string(kTable) + ";" + extra) ==
        "+ table geo_cache\n+ index ix\n+ trigger tr\n");
  CHECK(diff(kTable, std::string(kTable) + ";" + extra, {"geo_*"}).empty());
  CHECK(diff(std::string(kTable) + ";" + extra, kTable, {"geo_*"}).empty());
}

TEST_CASE("tables of Litestream are no difference", "[schema]") {
  const std::string extra =
      "CREATE TABLE _litestream_lock (id); CREATE INDEX ix ON _litestream_lock (id);";
  CHECK(diff(kTable, std::string(kTable) + ";" + extra, {"nothing"}).empty());
}

TEST_CASE("numbers and records that the reference has are compared, others are not", "[schema]") {
  const std::string table = "CREATE TABLE django_migrations (id, app, name, applied);";
  const std::string row = "INSERT INTO django_migrations VALUES (1, 'shop', '0001', 'now');";
  CHECK(diff(table + "PRAGMA user_version = 12", table + "PRAGMA user_version = 11", {"nothing"}) ==
        "- user_version: 12\n+ user_version: 11\n");
  CHECK(diff(table + "PRAGMA application_id = 7", table, {"nothing"}) == "- application_id: 7\n");
  CHECK(diff(table, table + "PRAGMA user_version = 11", {"nothing"}).empty());
  CHECK(diff(table + row, table, {"nothing"}) == "- rows of django_migrations: shop, 0001\n");
  CHECK(diff(table, table + row, {"nothing"}).empty());
  CHECK(diff(table + row, table, {"django_*"}).empty());
}

TEST_CASE("SQLite's own tables are no part of a schema", "[schema]") {
  const Schema schema = schema_of(
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE); CREATE INDEX i ON t (x);"
      "INSERT INTO t (x) VALUES (1); ANALYZE");
  REQUIRE(schema.objects.size() == 2);
  CHECK(schema.objects.at(0).name == "t");
  CHECK(schema.objects.at(1).kind == "index");
  CHECK(schema.objects.at(1).table == "t");
}

TEST_CASE("the digest of the built-in migration is stable", "[schema]") {
  const auto reference = sqlite::apply_migration(builtin_migration());
  CHECK(reference->schema().digest() == reference->scratch()->schema().digest());
  CHECK(reference->schema().digest().size() == 64);
}

}  // namespace
}  // namespace baseline::schema_test
