#include <chrono>
#include <memory>
#include <string>

#include "base/text.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "support/catch.hpp"

namespace baseline::measure_test {
namespace {

const char* const kTables = R"sql(
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c INT,
                CONSTRAINT uq UNIQUE (a), CONSTRAINT both UNIQUE (b, c));
CREATE INDEX "my idx" ON t (c);
CREATE INDEX "my idx (b=?)" ON t (b);
CREATE UNIQUE INDEX once ON t (c, a) WHERE c > 0;
CREATE TABLE w (x TEXT, y INT, CONSTRAINT w_pk PRIMARY KEY (x, y)) WITHOUT ROWID;
CREATE TABLE n (p TEXT PRIMARY KEY, q INT, UNIQUE (p), UNIQUE (q, p));
CREATE VIEW v AS SELECT * FROM t AS inside;
CREATE TRIGGER counts AFTER DELETE ON t BEGIN INSERT INTO n VALUES (old.a, old.b); END;
WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 500)
INSERT INTO t SELECT i, 'a' || i, i, i FROM i;
)sql";

std::unique_ptr<Session> scratch_of(const std::string& sql) {
  auto session = sqlite::apply_migration({"1", "1_x.sql", sql})->scratch();
  session->begin(false);
  return session;
}

std::string uses(Session& session, const std::string& sql) {
  const CostOutcome outcome = session.measure(sql, {}, {}, 0);
  INFO(sql);
  REQUIRE_FALSE(outcome.failure);
  return join(outcome.uses, " ");
}

TEST_CASE("the names of indexes are those that were declared", "[session][measure]") {
  const auto session = scratch_of(kTables);
  CHECK(join(session->index_names(), " ") ==
        "both my idx my idx (b=?) n(p) n(q, p) once t(id) uq w_pk");
}

TEST_CASE("a plan is read for the indexes that it uses", "[session][measure]") {
  const auto session = scratch_of(kTables);
  CHECK(uses(*session, "SELECT * FROM t") == "");
  CHECK(uses(*session, "SELECT * FROM t WHERE a = 'x'") == "uq");
  CHECK(uses(*session, "SELECT * FROM t WHERE b = 1 AND c = 2") == "both");
  CHECK(uses(*session, "SELECT b FROM t WHERE c = 2") == "my idx");
  CHECK(uses(*session, "SELECT a FROM t INDEXED BY once WHERE c = 2 AND c > 0") == "once");
  CHECK(uses(*session, "SELECT * FROM t INDEXED BY \"my idx (b=?)\" WHERE b = 2") ==
        "my idx (b=?)");
  CHECK(uses(*session, "SELECT * FROM n LEFT JOIN t ON t.a = n.p") == "uq");
  CHECK(uses(*session, "SELECT * FROM t WHERE a = 'x' OR c = 2") == "uq my idx");
  CHECK(uses(*session, "SELECT * FROM n WHERE p = 'x'") == "n(p)");
  CHECK(uses(*session, "SELECT q FROM n ORDER BY q") == "n(q, p)");
}

TEST_CASE("nothing is left of a statement that does not compile", "[session][measure]") {
  const auto session = scratch_of(kTables);
  for (const char* const sql : {"SELECT a FROM gone", "SELECT a FROM t; SELECT b FROM t"}) {
    CHECK(session->measure(sql, {}, {}, 0).failure);
  }
  // It must not be noted any more what this reads (a sanitizer sees where it would go).
  CHECK(session->query("SELECT a, b, c FROM t JOIN n ON n.p = t.a", {}, {}).rows.empty());
  CHECK(uses(*session, "SELECT * FROM t WHERE a = 'x'") == "uq");
}

TEST_CASE("a primary key without an index is told by its table", "[session][measure]") {
  const auto session = scratch_of(kTables);
  CHECK(uses(*session, "SELECT * FROM t WHERE id = 1") == "t(id)");
  CHECK(uses(*session, "SELECT * FROM t zz, w AS t2 WHERE zz.id = 1 AND t2.x = 'a'") ==
        "t(id) w_pk");
  CHECK(uses(*session, "SELECT * FROM v WHERE id = 1") == "t(id)");
  CHECK(uses(*session, "SELECT * FROM w WHERE x = 'a'") == "w_pk");
  CHECK(uses(*session, "DELETE FROM t WHERE id = 3") == "t(id)");
  // The rowid is not the primary key of n.
  CHECK(uses(*session, "SELECT * FROM n WHERE rowid = 1") == "");
  // One alias for two tables: it is not clear which.
  CHECK(uses(*session, "SELECT * FROM w AS x WHERE x.x = (SELECT a FROM t AS x WHERE x.id = 1)") ==
        "");
}

TEST_CASE("counts are the same in every run, guarded or not", "[session][measure]") {
  const auto session = scratch_of(kTables);
  const CostOutcome first = session->measure("SELECT * FROM t ORDER BY b + 1", {}, {}, 0);
  CHECK(first.scanned == 499);
  CHECK(first.sorted == 1);
  CHECK(first.steps > 5'000);  // far more than one tick of the clock that stops a statement
  CHECK(first.fastest.count() == 0);
  CHECK_THAT(first.engine, Catch::Matchers::StartsWith("SQLite 3."));
  const CostOutcome second = session->measure("SELECT * FROM t ORDER BY b + 1", {}, {}, 3);
  CHECK(second.scanned == first.scanned);
  CHECK(second.sorted == first.sorted);
  CHECK(second.steps == first.steps);
  CHECK(second.fastest.count() > 0);
}

TEST_CASE("what a measured statement writes is undone each time", "[session][measure]") {
  const auto session = scratch_of(kTables);
  const CostOutcome outcome =
      session->measure("DELETE FROM t WHERE id <= :n", {{"n", std::int64_t{3}}}, {}, 2);
  CHECK_FALSE(outcome.failure);
  CHECK(outcome.fastest.count() > 0);
  for (const char* rows : {"SELECT count(*) FROM t", "SELECT 500 - count(*) FROM n"}) {
    CHECK(session->query(rows, {}, {}).rows.at(0).at(0) == Value(std::int64_t{500}));
  }
  CHECK_FALSE(session->measure("CREATE TABLE z (a)", {}, {}, 2).failure);
  CHECK(session->query("SELECT * FROM z", {}, {}).failure);
  CHECK(session->rollback());
}

TEST_CASE("what cannot be measured says why", "[session][measure]") {
  const auto session = scratch_of(kTables);
  const auto failure = [&](const std::string& sql, RunLimits limits = {}) {
    const CostOutcome outcome = session->measure(sql, {}, limits, 1);
    INFO(sql);
    REQUIRE(outcome.failure);
    return *outcome.failure;
  };
  CHECK(failure("SELECT 1; SELECT 2").message == "cost must be one statement");
  CHECK(failure("-- nothing").message == "cost must be one statement");
  CHECK(failure("SELECT * FROM tt").message == "no such table: tt; did you mean 't'?");
  CHECK(failure("COMMIT").kind == SqlFailure::Kind::denied);
  CHECK(failure("INSERT INTO t VALUES (1, 'x', 0, 0)").rejected_by == "PRIMARY KEY t (id)");
  CHECK(failure("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) "
                "FROM n",
                {std::chrono::milliseconds(50), 10})
            .kind == SqlFailure::Kind::timeout);
  CHECK(session->rollback());
  session->begin(false);
  CHECK(failure("INSERT OR ROLLBACK INTO t VALUES (1, 'x', 0, 0)").kind ==
        SqlFailure::Kind::constraint);
  CHECK_FALSE(session->rollback());
}

TEST_CASE("a scan hands on every row and keeps none", "[session][scan]") {
  const auto session = scratch_of(kTables);
  std::int64_t rows = 0;
  std::int64_t sum = 0;
  const auto add = [&](const std::vector<Value>& row) {
    ++rows;
    sum += std::get<std::int64_t>(row.at(1));
  };
  RunLimits limits;
  limits.max_rows = 10;
  CHECK_FALSE(session->scan("SELECT a.a, a.b FROM t a, t b WHERE b.id <= :n",
                            {{"n", std::int64_t{100}}}, limits, add));
  CHECK(rows == 50'000);
  CHECK(sum == 100 * 500 * 501 / 2);
  // A row of the application may be larger than what a check may make.
  std::size_t size = 0;
  CHECK_FALSE(session->scan(
      "SELECT zeroblob(20000000)", {}, {},
      [&](const std::vector<Value>& row) { size = std::get<Blob>(row.at(0)).size(); }));
  CHECK(size == 20'000'000);
  CHECK(session->scan("SELECT * FROM elsewhere", {}, {}, add)->message ==
        "no such table: elsewhere");
  CHECK(session->scan("DELETE FROM t", {}, {}, add)->kind == SqlFailure::Kind::denied);
  limits.timeout = std::chrono::milliseconds(20);
  CHECK(session
            ->scan("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i "
                   "FROM n",
                   {}, limits, add)
            ->kind == SqlFailure::Kind::timeout);
}

TEST_CASE("a table tells its columns and what names a row", "[session]") {
  // With bounds it may have a view of nothing, as an old database may.
  const Migration::Bounds bounds{std::chrono::seconds(10), 1U << 20U};
  const std::string sql =
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a, g AS (a || 'x')); CREATE TABLE n (a, RowId);"
      "CREATE TABLE w (x, y, PRIMARY KEY (y, x)) WITHOUT ROWID;"
      "CREATE VIEW v AS SELECT a FROM t; CREATE VIEW broken AS SELECT * FROM gone;"
      "CREATE TABLE all_taken (rowid, oid, _rowid_); CREATE VIRTUAL TABLE f USING fts5(body);";
  const auto session = sqlite::apply_migration({"1", "1_x.sql", sql, bounds})->scratch();
  const auto told = [&](const std::string& name) {
    const auto table = session->table(name);
    if (!table) return std::string("none");
    return table->name + ": " + join(table->columns, ",") + " by " + join(table->key, ",");
  };
  CHECK(told("T") == "t: id,a,g by id");
  CHECK(told("n") == "n: a,RowId by _rowid_");
  CHECK(told("w") == "w: x,y by y,x");
  CHECK(told("v") == "v: a by ");
  CHECK(told("broken") == "broken:  by ");
  CHECK(told("all_taken") == "all_taken: rowid,oid,_rowid_ by ");
  CHECK(told("f") == "f: body,f,rank by rowid");
  CHECK(told("x") == "none");
}

}  // namespace
}  // namespace baseline::measure_test
