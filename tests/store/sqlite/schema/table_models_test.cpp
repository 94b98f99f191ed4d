#include <fmt/format.h>

#include <chrono>

#include "base/text.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/sql/samples.hpp"
#include "store/sqlite/sql/tokenizer.hpp"
#include "support/catch.hpp"
#include "support/suites.hpp"

namespace baseline::sqlite::table_models_test {
namespace {

std::string samples(const std::string& expression, const std::vector<std::string>& columns) {
  const std::vector<Token> tokens = tokenize(expression);
  std::vector<std::string> out;
  for (const ColumnSamples& column : samples_of(tokens, columns)) {
    std::vector<std::string> values;
    for (const Value& value : column.values) values.push_back(sql_literal(value));
    out.push_back(column.column + ": " + join(values, " "));
  }
  return join(out, "\n");
}

TEST_CASE("literals are tried in the columns beside them", "[sqlite][samples]") {
  CHECK(samples("a >= 1 AND b = 'x'", {"a", "b"}) ==
        "a: 1 2 0 -1 1.5 0.5\n"
        "b: 'x' 'X' 'xx'");
  CHECK(samples("a BETWEEN -2 AND 5", {"a"}) == "a: -2 5 -1 -3 2 -1.5 -2.5 6 4 -5 5.5 4.5");
  CHECK(samples("a IN ('x', 'y')", {"a"}) == "a: 'x' 'y' 'X' 'xx' 'Y' 'yx'");
  CHECK(samples("CASE WHEN a = 1 THEN b IS NULL ELSE b = 2.5 END", {"a", "b"}) ==
        "a: 1 2 0 -1 1.5 0.5\n"
        "b: 2.5 3.5 1.5 -2.5 5.0 1.25");
  CHECK(samples("a - 1 = x'0aff'", {"a"}) == "a: 1 x'0aff' 2 0 -1 1.5 0.5");
}

TEST_CASE("texts get the lengths and the shapes that are asked for", "[sqlite][samples]") {
  CHECK(samples("length(a) = 3", {"a"}) == "a: 'xxx' 'xxxx' 'xx'");
  CHECK(samples("length(a) = 2 AND a NOT GLOB '*[^0-9]*'", {"a"}) ==
        "a: 'x!x' '00' 'xx' '000' 'xxx' '0' 'x' 'x!x!' '!x' '!'");
  CHECK(text_matching("%_@_%", false, 0) == "xx@xx");
  CHECK(text_matching("+[1-9]*", true, 8) == "+1xxxxxx");
  CHECK(text_matching("[0-9][0-9]-[^0-9]?", true, 0) == "00-!x");
  CHECK_THAT(samples("date(a) IS NOT NULL", {"a"}), ContainsSubstring("'2026-01-31'"));
  CHECK_THAT(samples("json_valid(a)", {"a"}), ContainsSubstring("'not JSON'"));
  CHECK_THAT(samples("typeof(a) = 'integer'", {"a"}), ContainsSubstring("1.5 'a' x'00'"));
}

// "t: a INTEGER, …" and a line for each constraint, as the model has it.
std::string described(const TableModel& table) {
  std::vector<std::string> columns;
  for (const ColumnModel& column : table.columns) {
    std::string text = column.sql;
    if (column.not_null) text += " required";
    if (column.generated) text += " computed";
    if (column.is_rowid) text += " rowid";
    if (column.has_default) text += column.default_is_fixed ? " fixed" : " changing";
    columns.push_back(text);
  }
  std::string out = fmt::format("{}: {}", table.sql, join(columns, ", "));
  for (const ConstraintModel& constraint : table.constraints) {
    out += fmt::format("\n  {} [{}]", constraint.display, join(constraint.columns, " "));
    if (!constraint.condition.sql.empty()) out += " " + constraint.condition.sql;
    if (!constraint.parent.empty()) {
      out += fmt::format(" -> {} ({}) {}", constraint.parent, join(constraint.parent_columns, ", "),
                         constraint.on_delete);
    }
    if (!constraint.on_conflict.empty()) out += " or " + constraint.on_conflict;
  }
  return out;
}

TEST_CASE("a table is described for those who write rows", "[sqlite][model]") {
  // With bounds it may have a foreign key to nothing, as an old database may.
  const Migration::Bounds bounds{std::chrono::seconds(10), 1U << 20U};
  const auto database = apply_migration({"1", "1_x.sql", R"(
    CREATE TABLE "order" (
      id INTEGER PRIMARY KEY,
      net REAL NOT NULL DEFAULT 0, tax REAL AS (net * 0.2), at TEXT DEFAULT CURRENT_TIMESTAMP,
      parent INTEGER REFERENCES "ORDER" ON DELETE CASCADE,
      code TEXT UNIQUE ON CONFLICT REPLACE,
      CHECK (tax < 100), CONSTRAINT named CHECK (net >= 0));
    CREATE UNIQUE INDEX partial ON "order" (net, lower(code)) WHERE parent IS NULL;
    CREATE TABLE pair (a INT, b TEXT, PRIMARY KEY (b, a)) STRICT, WITHOUT ROWID;
    CREATE TABLE child (b TEXT, a INT, FOREIGN KEY (b, a) REFERENCES pair, FOREIGN KEY (a) REFERENCES gone (x));
  )",
                                         bounds});
  const std::vector<TableModel> tables = database->tables();
  REQUIRE(tables.size() == 3);
  CHECK(described(tables[0]) ==
        "\"order\": id rowid, net required fixed, tax computed, at changing, parent, code\n"
        "  PRIMARY KEY \"order\" (id) [id]\n"
        "  NOT NULL \"order\".net [net]\n"
        "  FOREIGN KEY \"order\" (parent) [parent] -> order (id) cascade\n"
        "  UNIQUE \"order\"(code) [code] or replace\n"
        "  CHECK (tax < 100) [net] tax < 100\n"
        "  CHECK named [net] net >= 0\n"
        "  UNIQUE partial (net, (expression)) [net code] parent IS NULL\n"
        "  type of \"order\".id [id] typeof(id) IN ('integer', 'null')");
  CHECK(described(tables[1]) ==
        "pair: a required, b required\n"
        "  PRIMARY KEY pair (b, a) [b a]\n"
        "  NOT NULL pair.a [a]\n"
        "  NOT NULL pair.b [b]\n"
        "  type of pair.a [a] typeof(a) IN ('integer', 'null')\n"
        "  type of pair.b [b] typeof(b) IN ('text', 'null')");
  CHECK(described(tables[2]) ==
        "child: b, a\n"
        "  FOREIGN KEY child (b, a) [b a] -> pair (b, a) no action\n"
        "  FOREIGN KEY child (a) [a] -> gone (x) no action");
}

TEST_CASE("virtual tables, views and triggers are described, shadow tables are not",
          "[sqlite][model]") {
  const auto database = database_of(R"(
    CREATE VIRTUAL TABLE search USING fts5 (title, body);
    CREATE TABLE t (a, b);
    CREATE VIEW v AS SELECT a FROM t;
    CREATE TRIGGER calm AFTER INSERT ON t BEGIN DELETE FROM t WHERE a = 1; END;
    CREATE TRIGGER strict BEFORE UPDATE OF b ON t WHEN NEW.b = 'x'
      BEGIN SELECT RAISE(ABORT, 'no'), RAISE(IGNORE), RAISE(FAIL, 'never'); END;
  )");
  const std::vector<TableModel> tables = database->tables();
  REQUIRE(tables.size() == 3);
  CHECK(tables[0].name == "t");
  CHECK(tables[1].name == "search");
  CHECK(tables[1].columns.size() == 2);
  CHECK(tables[2].kind == TableModel::Kind::view);
  REQUIRE(tables[0].triggers.size() == 2);
  const auto strict = tables[0].triggers.front().messages.empty() ? 1U : 0U;
  CHECK(tables[0].triggers[1 - strict].messages.empty());
  const TriggerModel& trigger = tables[0].triggers[strict];
  CHECK(trigger.event == TriggerModel::Event::update);
  CHECK(trigger.columns == std::vector<std::string>{"b"});
  CHECK(trigger.messages == std::vector<std::string>{"no", "never"});
}

}  // namespace
}  // namespace baseline::sqlite::table_models_test
