#include "store/sqlite/mutate/mutants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "support/additions.hpp"
#include "support/catch.hpp"

namespace baseline::mutants_test {
namespace {

Migration migration_of(const std::string& sql) { return {"1", "1_x.sql", sql}; }

std::string on_one_line(const std::string& sql) {
  std::string out;
  for (const char c : sql) {
    const bool space = c == ' ' || c == '\n';
    if (!space) out += c;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

// "LINE ELEMENT: CHANGE" for each mutant that is an addition, or is none.
std::string changes(const std::string& sql, bool additions = false) {
  const Migration migration = migration_of(sql);
  std::string out = "\n";
  for (const Mutant& mutant : sqlite::mutants_of(migration)) {
    if (is_addition(mutant) != additions) continue;
    out += fmt::format("{} {}: {}\n", line_of(migration, mutant), mutant.element, mutant.change);
  }
  return out;
}

// What the mutants of one element make of the SQL, a line each.
std::string results(const std::string& sql, const std::string& element) {
  const Migration migration = migration_of(sql);
  std::string out = "\n";
  for (const Mutant& mutant : sqlite::mutants_of(migration)) {
    if (mutant.element == element && !is_addition(mutant))
      out += on_one_line(mutated(migration, mutant).sql) + "\n";
  }
  return out;
}

// What mutants make of `expression` in a CHECK, without the table around it.
std::string bent(const std::string& expression) {
  const std::string head = "CREATE TABLE t (a, b, CONSTRAINT c CHECK (";
  const Migration migration = migration_of(head + expression + "))");
  std::string out = "\n";
  for (const Mutant& mutant : sqlite::mutants_of(migration)) {
    const bool inner = mutant.element == "CHECK c of t" && mutant.change != "dropped";
    if (!inner || is_addition(mutant)) continue;
    const std::string sql = mutated(migration, mutant).sql;
    out += on_one_line(sql.substr(head.size(), sql.size() - head.size() - 2)) + "\n";
  }
  return out;
}

TEST_CASE("every part of a small table is bent, by its place", "[mutants]") {
  CHECK(changes("CREATE TABLE shop (\n"
                "  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
                "  name VARCHAR(20) NOT NULL COLLATE NOCASE DEFAULT 'x',\n"
                "  size UNIQUE,\n"
                "  CHECK (size < 5)\n"
                ");") == R"(
1 table shop: dropped
2 column shop.id: dropped
2 type of shop.id: INTEGER becomes TEXT
2 PRIMARY KEY of shop: dropped
2 PRIMARY KEY of shop: AUTOINCREMENT is dropped
3 column shop.name: dropped
3 type of shop.name: VARCHAR(20) becomes INTEGER
3 NOT NULL of shop.name: dropped
3 COLLATE of shop.name: dropped
3 DEFAULT of shop.name: dropped
3 DEFAULT of shop.name: 'x' becomes 'xx'
4 column shop.size: dropped
4 type of shop.size: no type becomes TEXT
4 NOT NULL of shop.size: added
4 UNIQUE (size) of shop: dropped
5 CHECK (size < 5) of shop: dropped
5 CHECK (size < 5) of shop: size < 5 becomes size <= 5
5 CHECK (size < 5) of shop: < 5 becomes < 6
5 CHECK (size < 5) of shop: < 5 becomes < 4
)");
}

TEST_CASE("an expression is bent at every place that decides", "[mutants]") {
  CHECK(bent("a <= 9") == "\na < 9\na <= 10\na <= 8\n");
  CHECK(bent("a>=-1") == "\na > -1\na>= 0\na>= -2\n");
  CHECK(bent("a = 'x' OR b <> x'00'") ==
        "\nb <> x'00'\na <> 'x' OR b <> x'00'\na = 'xx' OR b <> x'00'\na = 'x' AND b <> x'00'\n"
        "a = 'x' \na = 'x' OR b = x'00'\na = 'x' OR b <> x'0000'\n");
  CHECK(bent("a IS NULL AND b IS NOT NULL") ==
        "\nb IS NOT NULL\na IS NOT NULL AND b IS NOT NULL\na IS NULL OR b IS NOT NULL\n"
        "a IS NULL \na IS NULL AND b IS NULL\n");
  CHECK(bent("a ISNULL") == "\na NOTNULL\n");
  CHECK(bent("a NOT NULL") == "\na IS NULL\n");
  // The AND of BETWEEN joins nothing; each bound moves.
  CHECK(bent("a NOT BETWEEN 1 AND 2.5") ==
        "\na BETWEEN 1 AND 2.5\na NOT BETWEEN 2 AND 2.5\na NOT BETWEEN 0 AND 2.5\n"
        "a NOT BETWEEN 1 AND 3.5\na NOT BETWEEN 1 AND 1.5\n");
  CHECK(bent("a IN ('x', -1)") == "\na IN ( -1)\na IN ('x' )\n");
  CHECK(bent("a IN ('x')") == "\na IN ()\n");
  CHECK(bent("a LIKE 'x%' COLLATE NOCASE") == "\na LIKE 'x%x' COLLATE NOCASE\na LIKE 'x%' \n");
  CHECK(bent("length(a) + 1 = b * 2") ==
        "\nlength(a) - 1 = b * 2\nlength(a) + 2 = b * 2\nlength(a) + 0 = b * 2\n"
        "length(a) + 1 <> b * 2\nlength(a) + 1 = b / 2\nlength(a) + 1 = b * 3\n"
        "length(a) + 1 = b * 1\n");
  CHECK(bent("CASE WHEN a AND b THEN TRUE END") ==
        "\nCASE WHEN b THEN TRUE END\nCASE WHEN a OR b THEN TRUE END\nCASE WHEN a THEN TRUE END\n"
        "CASE WHEN a AND b THEN FALSE END\n");
  // The width of a type decides nothing, and neither number can be moved any further.
  CHECK(bent("CAST(a AS VARCHAR(32))") == "\n");
  CHECK(bent("a = 9223372036854775807 OR a = 1e300") ==
        "\na = 1e300\na <> 9223372036854775807 OR a = 1e300\n"
        "a = 9223372036854775806 OR a = 1e300\na = 9223372036854775807 AND a = 1e300\n"
        "a = 9223372036854775807 \na = 9223372036854775807 OR a <> 1e300\n");
}

TEST_CASE("keys and constraints of a table lose a column, their action, or themselves",
          "[mutants]") {
  const std::string sql =
      "CREATE TABLE p (x, y, PRIMARY KEY (x, y)) WITHOUT ROWID, STRICT;"
      "CREATE TABLE q (k INT PRIMARY KEY, l INT UNIQUE);"
      "CREATE TABLE c (a, b, UNIQUE (a COLLATE NOCASE, b) ON CONFLICT REPLACE, FOREIGN KEY (a) "
      "REFERENCES q (l) ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED)";
  CHECK(changes(sql) == R"(
1 table p: dropped
1 column p.x: dropped
1 type of p.x: no type becomes TEXT
1 column p.y: dropped
1 type of p.y: no type becomes TEXT
1 PRIMARY KEY of p: dropped
1 PRIMARY KEY of p: without x
1 PRIMARY KEY of p: without y
1 WITHOUT ROWID of p: dropped
1 STRICT of p: dropped
1 table q: dropped
1 column q.k: dropped
1 type of q.k: INT becomes TEXT
1 NOT NULL of q.k: added
1 PRIMARY KEY of q: dropped
1 column q.l: dropped
1 type of q.l: INT becomes TEXT
1 NOT NULL of q.l: added
1 UNIQUE (l) of q: dropped
1 table c: dropped
1 column c.a: dropped
1 type of c.a: no type becomes TEXT
1 NOT NULL of c.a: added
1 column c.b: dropped
1 type of c.b: no type becomes TEXT
1 NOT NULL of c.b: added
1 UNIQUE (a, b) of c: dropped
1 UNIQUE (a, b) of c: without a
1 UNIQUE (a, b) of c: a without COLLATE NOCASE
1 UNIQUE (a, b) of c: without b
1 UNIQUE (a, b) of c: ON CONFLICT REPLACE is dropped
1 FOREIGN KEY (a) of c: dropped
1 FOREIGN KEY (a) of c: ON DELETE CASCADE becomes ON DELETE NO ACTION
1 FOREIGN KEY (a) of c: ON DELETE CASCADE becomes ON DELETE SET NULL
1 FOREIGN KEY (a) of c: ON UPDATE SET NULL becomes ON UPDATE CASCADE
1 FOREIGN KEY (a) of c: DEFERRABLE INITIALLY DEFERRED is dropped
)");
  // Where it can point: at the key of another table that has as many columns.
  CHECK(results("CREATE TABLE o (x, PRIMARY KEY (x)); CREATE TABLE p (i INTEGER PRIMARY KEY);"
                "CREATE TABLE c (a REFERENCES p DEFAULT 1)",
                "FOREIGN KEY (a) of c") ==
        "\nCREATE TABLE o (x, PRIMARY KEY (x)); CREATE TABLE p (i INTEGER PRIMARY KEY);"
        "CREATE TABLE c (a DEFAULT 1)"
        "\nCREATE TABLE o (x, PRIMARY KEY (x)); CREATE TABLE p (i INTEGER PRIMARY KEY);"
        "CREATE TABLE c (a REFERENCES o (x) DEFAULT 1)"
        "\nCREATE TABLE o (x, PRIMARY KEY (x)); CREATE TABLE p (i INTEGER PRIMARY KEY);"
        "CREATE TABLE c (a REFERENCES p ON DELETE CASCADE DEFAULT 1)"
        "\nCREATE TABLE o (x, PRIMARY KEY (x)); CREATE TABLE p (i INTEGER PRIMARY KEY);"
        "CREATE TABLE c (a REFERENCES p ON UPDATE CASCADE DEFAULT 1)\n");
}

TEST_CASE("what NOT NULL cannot change is left as it is", "[mutants]") {
  const auto about_null = [](const std::string& sql) {
    std::string out;
    for (const Mutant& mutant : sqlite::mutants_of(migration_of(sql))) {
      if (mutant.kind == MutantKind::not_null && !is_addition(mutant))
        out += mutant.element + " " + mutant.change + "; ";
    }
    return out;
  };
  // The rowid takes NULL for "the next one", and other keys of such tables never take it.
  CHECK(about_null("CREATE TABLE t (i INTEGER NOT NULL, PRIMARY KEY (i))") == "");
  CHECK(about_null("CREATE TABLE t (i INTEGER NOT NULL PRIMARY KEY)") == "");
  CHECK(about_null("CREATE TABLE t (i TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID") == "");
  CHECK(about_null("CREATE TABLE t (i TEXT PRIMARY KEY) STRICT") == "");
  CHECK(about_null("CREATE TABLE t (i INTEGER NOT NULL PRIMARY KEY DESC)") ==
        "NOT NULL of t.i dropped; ");
  CHECK(about_null("CREATE TABLE t (i TEXT PRIMARY KEY)") == "NOT NULL of t.i added; ");
  CHECK(about_null("CREATE TABLE t (i, j AS (i))") == "NOT NULL of t.i added; ");
  CHECK(about_null("CREATE TABLE t (i NOT NULL ON CONFLICT IGNORE)") ==
        "NOT NULL of t.i dropped; NOT NULL of t.i ON CONFLICT IGNORE is dropped; ");
}

TEST_CASE("defaults and generated columns get another value", "[mutants]") {
  const auto defaults = [](const std::string& value) {
    std::string out;
    const std::string sql = "CREATE TABLE t (a DEFAULT " + value + ")";
    for (const Mutant& mutant : sqlite::mutants_of(migration_of(sql))) {
      if (mutant.kind == MutantKind::default_value && !is_addition(mutant))
        out += mutant.change + "; ";
    }
    return out;
  };
  CHECK(defaults("-5") == "dropped; -5 becomes -4; ");
  CHECK(defaults("'it''s'") == "dropped; 'it''s' becomes 'it''sx'; ");
  CHECK(defaults("CURRENT_TIMESTAMP") == "dropped; CURRENT_TIMESTAMP becomes CURRENT_DATE; ");
  CHECK(defaults("(datetime('now'))") == "dropped; 'now' becomes 'nowx'; ");
  CHECK(defaults("TRUE") == "dropped; TRUE becomes FALSE; ");
  CHECK(defaults("NULL") == "");
  CHECK(results("CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a || 'x') STORED NOT NULL)",
                "AS of t.b") ==
        "\nCREATE TABLE t (a, b INT NOT NULL)"
        "\nCREATE TABLE t (a, b INT GENERATED ALWAYS AS (a || 'xx') STORED "
        "NOT NULL)\n");
}

TEST_CASE("indexes, views and triggers are dropped and bent", "[mutants]") {
  CHECK(changes("CREATE INDEX i ON t (a, b DESC, lower(c)) WHERE a > 1;\n"
                "CREATE UNIQUE INDEX IF NOT EXISTS main.u ON t (a) WHERE b IS NULL;\n"
                "CREATE VIEW v AS SELECT * FROM t WHERE a = 1 AND b;\n"
                "CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a < 0\n"
                "BEGIN SELECT RAISE(ABORT, 'no'); END;\n"
                "CREATE VIRTUAL TABLE f USING fts5(x);") == R"(
1 index i: dropped
1 index i: without a
1 index i: a becomes a DESC
1 index i: without b DESC
1 index i: DESC of b DESC is dropped
1 index i: without lower(c)
1 index i: lower(c) becomes lower(c) DESC
1 index i: WHERE is dropped
2 index u: dropped
2 index u: no longer unique
2 index u: a becomes a DESC
2 index u: WHERE is dropped
2 index u: b IS NULL becomes b IS NOT NULL
3 view v: dropped
3 view v: a = 1 is dropped
3 view v: a = 1 becomes a <> 1
3 view v: = 1 becomes = 2
3 view v: = 1 becomes = 0
3 view v: AND becomes OR before b
3 view v: b is dropped
4 trigger g: dropped
4 trigger g: new.a < 0 becomes new.a <= 0
4 trigger g: < 0 becomes < 1
4 trigger g: < 0 becomes < -1
5 trigger g: 'no' becomes 'nox'
6 CREATE VIRTUAL TABLE f USING fts5(x): not run
)");
}

TEST_CASE("rows and settings of a migration are changed and left out", "[mutants]") {
  CHECK(changes("INSERT INTO main.t (a, b) VALUES (1, 'x'),\n  (-2, NULL);\n"
                "INSERT OR IGNORE INTO t SELECT 1;\nUPDATE t SET a = 1;\n"
                "PRAGMA user_version = 7;\nALTER TABLE t ADD COLUMN c INT DEFAULT 0;") == R"(
1 rows of t: not inserted
1 rows of t: (1, 'x') is not inserted
1 rows of t: 1 becomes 2
1 rows of t: 'x' becomes 'xx'
2 rows of t: (-2, NULL) is not inserted
2 rows of t: -2 becomes -1
3 rows of t: not inserted
4 UPDATE t SET a = 1: not run
5 PRAGMA user_version: not set
5 PRAGMA user_version: 7 becomes 8
6 column t.c: dropped
6 type of t.c: INT becomes TEXT
6 NOT NULL of t.c: added
6 DEFAULT of t.c: dropped
6 DEFAULT of t.c: 0 becomes 1
)");
  // A thousand rows are not bent one by one.
  std::string rows = "INSERT INTO t VALUES (1)";
  for (int i = 0; i < 999; ++i) rows += ", (1)";
  const auto count = [](const std::string& sql) {
    return std::ranges::count(sqlite::mutants_of(migration_of(sql)), MutantKind::rows,
                              &Mutant::kind);
  };
  CHECK(count(rows) == 1 + 20 * 2);
  // Nor in a thousand statements, of one table or of another.
  rows.clear();
  for (int i = 0; i < 999; ++i) rows += "INSERT INTO t VALUES (1); INSERT INTO u VALUES (1);";
  CHECK(count(rows) == 2 * 20 * 2);
}

TEST_CASE("what is added, renamed, reordered and retyped", "[mutants]") {
  CHECK(changes("CREATE TABLE p (id INTEGER PRIMARY KEY, n VARCHAR NOT NULL,\n"
                "  q BIGINT CONSTRAINT f REFERENCES r (x), UNIQUE (n, q));\n"
                "CREATE INDEX i ON p (n, q)",
                true) == R"(
1 table p: renamed p_x
1 column p.id: renamed id_x
1 column p.id: comes behind n
1 type of p.id: INTEGER becomes REAL
1 type of p.id: INTEGER becomes BLOB
1 PRIMARY KEY of p: ON CONFLICT IGNORE is added
1 PRIMARY KEY of p: AUTOINCREMENT is added
1 CHECK of p.id: CHECK (id < 0) is added
1 CHECK of p.id: CHECK (id >= 0) is added
1 column p.n: renamed n_x
1 column p.n: comes behind q
1 type of p.n: VARCHAR becomes BLOB
1 NOT NULL of p.n: ON CONFLICT IGNORE is added
1 DEFAULT of p.n: DEFAULT 'x' is added
1 COLLATE of p.n: COLLATE NOCASE is added
1 UNIQUE of p.n: UNIQUE is added
1 CHECK of p.n: CHECK (length(n) < 2) is added
2 column p.q: renamed q_x
2 type of p.q: BIGINT becomes REAL
2 type of p.q: BIGINT becomes BLOB
2 CONSTRAINT f of p: renamed f_x
2 FOREIGN KEY f of p: DEFERRABLE INITIALLY DEFERRED is added
2 DEFAULT of p.q: DEFAULT 1 is added
2 UNIQUE of p.q: UNIQUE is added
2 CHECK of p.q: CHECK (q < 0) is added
2 CHECK of p.q: CHECK (q >= 0) is added
2 table p: column extra_x is added
2 UNIQUE (n, q) of p: n comes behind q
2 UNIQUE (n, q) of p: ON CONFLICT IGNORE is added
2 table p: an index is added
2 table p: a view is added
2 table p: a trigger that rejects every INSERT is added
2 table p: a trigger that rejects every UPDATE is added
2 table p: a trigger that rejects every DELETE is added
2 table p: STRICT is added
2 table p: WITHOUT ROWID is added
3 index i: becomes UNIQUE
3 index i: renamed i_x
3 index i: n comes behind q
3 table extra_x: added
3 PRAGMA user_version: added
3 PRAGMA application_id: added
)");
  const auto made = [](const std::string& change) {
    const Migration migration = migration_of("CREATE TABLE t (a, b CHECK (\"A\" < b)); SELECT a");
    for (const Mutant& mutant : sqlite::mutants_of(migration)) {
      if (mutant.change == change) return mutated(migration, mutant).sql;
    }
    return std::string();
  };
  // Everywhere in the statement, and nowhere else.
  CHECK(made("renamed a_x") == "CREATE TABLE t (a_x, b CHECK (a_x < b)); SELECT a");
  CHECK(made("comes behind b") == "CREATE TABLE t (b CHECK (\"A\" < b), a); SELECT a");
  CHECK(made("an index is added") ==
        "CREATE TABLE t (a, b CHECK (\"A\" < b)); CREATE INDEX extra_x ON t (a); SELECT a");
}

TEST_CASE("comments, quotes and missing commas do not lead a mutant astray", "[mutants]") {
  const std::string hostile =
      "/* CREATE TABLE no (x) */ CREATE TABLE \"a b\"\"c\" ( -- NOT NULL, CHECK (1)\n"
      "  [NOT NULL] /* , */ INTEGER/**/NOT/**/NULL/**/CHECK(\"NOT NULL\"<>'CHECK (x > 1), '';')\n"
      "  , `y` TEXT CONSTRAINT \"c, d\" CHECK (y <> '-- no') UNIQUE CONSTRAINT e CHECK (y>'a'),\n"
      "  CONSTRAINT one CHECK (`y` = 1) CONSTRAINT two UNIQUE (\"NOT NULL\", y)\n"
      ");\nCREATE TRIGGER g AFTER INSERT ON \"a b\"\"c\" BEGIN SELECT CASE WHEN 1 THEN 2 END; END;";
  CHECK(changes(hostile) == R"(
1 table "a b""c": dropped
2 column "a b""c"."NOT NULL": dropped
2 type of "a b""c"."NOT NULL": INTEGER becomes TEXT
2 NOT NULL of "a b""c"."NOT NULL": dropped
2 CHECK ("NOT NULL"<>'CHECK (x > 1), '';') of "a b""c": dropped
2 CHECK ("NOT NULL"<>'CHECK (x > 1), '';') of "a b""c": "NOT NULL" <> 'CHECK (x > 1), '';' becomes "NOT NULL" = 'CHECK (x > 1), '';'
2 CHECK ("NOT NULL"<>'CHECK (x > 1), '';') of "a b""c": <> 'CHECK (x > 1), '';' becomes <> 'CHECK (x > 1), '';x'
3 column "a b""c".y: dropped
3 type of "a b""c".y: TEXT becomes INTEGER
3 NOT NULL of "a b""c".y: added
3 CHECK "c, d" of "a b""c": dropped
3 CHECK "c, d" of "a b""c": y <> '-- no' becomes y = '-- no'
3 CHECK "c, d" of "a b""c": <> '-- no' becomes <> '-- nox'
3 UNIQUE (y) of "a b""c": dropped
3 CHECK e of "a b""c": dropped
3 CHECK e of "a b""c": y > 'a' becomes y >= 'a'
3 CHECK e of "a b""c": > 'a' becomes > 'ax'
4 CHECK one of "a b""c": dropped
4 CHECK one of "a b""c": `y` = 1 becomes `y` <> 1
4 CHECK one of "a b""c": = 1 becomes = 2
4 CHECK one of "a b""c": = 1 becomes = 0
4 UNIQUE two of "a b""c": dropped
4 UNIQUE two of "a b""c": without "NOT NULL"
4 UNIQUE two of "a b""c": without y
6 trigger g: dropped
6 trigger g: 1 becomes 2
6 trigger g: 1 becomes 0
6 trigger g: 2 becomes 3
6 trigger g: 2 becomes 1
)");
  // Every one of them is SQL, and another database, but for the column that others are about, and
  // the table under another name than its trigger knows.
  const sqlite::SqliteEngine engine;
  const Migration migration = migration_of(hostile);
  const auto original = engine.apply(migration);
  std::string refused;
  for (const Mutant& mutant : engine.mutants(migration)) {
    try {
      const auto bent = engine.apply(mutated(migration, mutant));
      CHECK(engine.difference(*original, *bent).any());
    } catch (const Error&) {
      refused += mutant.element + "; ";
    }
  }
  CHECK(refused ==
        R"(table "a b""c"; table "a b""c"; column "a b""c"."NOT NULL"; column "a b""c".y; )");
}

TEST_CASE("no text stops the maker of mutants", "[mutants]") {
  const std::string_view whole =
      "CREATE TABLE t (a INT DEFAULT (1), b TEXT CHECK (a BETWEEN 1 AND 2 AND b IN ('x', 'y')), "
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p (x) ON DELETE SET NULL DEFERRABLE INITIALLY "
      "DEFERRED, UNIQUE (a, b)) STRICT; CREATE UNIQUE INDEX i ON t (a DESC) WHERE b IS NOT NULL; "
      "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT CASE WHEN 1 AND 2 THEN 'x' END; END; "
      "INSERT INTO t (a) VALUES (1, 'x'), (2); PRAGMA user_version = 1; ALTER TABLE t ADD COLUMN c";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    for (const std::string_view part : {whole.substr(0, length), whole.substr(length)}) {
      const Migration migration = migration_of(std::string(part));
      for (const Mutant& mutant : sqlite::mutants_of(migration)) {
        REQUIRE(mutant.offset + mutant.length <= part.size());
        REQUIRE(mutant.place <= part.size());
        REQUIRE(mutated(migration, mutant).sql != part);
      }
    }
  }
}

TEST_CASE("two databases are the same when nobody could tell", "[mutants]") {
  const sqlite::SqliteEngine engine;
  const auto same = [&](const std::string& a, const std::string& b) {
    return !engine.difference(*engine.apply(migration_of(a)), *engine.apply(migration_of(b))).any();
  };
  const std::string table = "CREATE TABLE t (a);";
  CHECK(same(table, "create table \"t\" (a /* x */);"));
  CHECK(same(table + "INSERT INTO t VALUES (1), (2)", table + "INSERT INTO t VALUES (1), (2)"));
  CHECK_FALSE(same(table, "CREATE TABLE t (a NOT NULL);"));
  CHECK_FALSE(same(table + "INSERT INTO t VALUES (1)", table + "INSERT INTO t VALUES ('1')"));
  CHECK_FALSE(same(table + "INSERT INTO t VALUES (1)", table + "INSERT INTO t VALUES (1), (2)"));
  CHECK_FALSE(same(table + "INSERT INTO t VALUES (1), (2)", table + "INSERT INTO t VALUES (1)"));
  CHECK_FALSE(same(table, table + "PRAGMA user_version = 1"));
  CHECK_FALSE(same(table, table + "PRAGMA application_id = 1"));
}

TEST_CASE("a difference names what it is about", "[mutants]") {
  const sqlite::SqliteEngine engine;
  const std::string old =
      "CREATE TABLE Parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES Parent, q);"
      "CREATE TABLE other (a INTEGER PRIMARY KEY); CREATE TRIGGER g AFTER INSERT ON child BEGIN "
      "SELECT 1; END;";
  const auto names = [&](const std::string& from, const std::string& to) {
    std::string sql = old;
    sql.replace(sql.find(from), from.size(), to);
    const Difference difference =
        engine.difference(*engine.apply(migration_of(old)), *engine.apply(migration_of(sql)));
    return join(std::vector<std::string>(difference.names.begin(), difference.names.end()), " ");
  };
  // Whoever used the parent by way of the key has used the child too.
  CHECK(names("p REFERENCES Parent", "p") == "child");
  CHECK(names(", q", ", q REFERENCES other") == "child other references");
  CHECK(names("SELECT 1", "DELETE FROM other") == "child delete from g other");
  CHECK(names("CREATE TABLE other (a INTEGER PRIMARY KEY);", "") == "other");
  CHECK(names("END;", "END; INSERT INTO other VALUES (1)") == "other");
}

}  // namespace
}  // namespace baseline::mutants_test
