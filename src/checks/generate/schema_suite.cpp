#include "checks/generate/schema_suite.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/generate/plain_values.hpp"
#include "checks/generate/row.hpp"
#include "store/schema.hpp"
#include "yaml/writer.hpp"

namespace baseline::generate {
namespace {

GeneratedCheck query(std::string name, std::string sql, std::vector<std::string> assertions) {
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::query;
  check.name = std::move(name);
  check.sql = std::move(sql);
  check.assertions = std::move(assertions);
  return check;
}

Section whole_database(Session& reference, const std::vector<TableModel>& tables) {
  Section out{"the database as a whole", {}};
  GeneratedCheck schema;
  schema.kind = GeneratedCheck::Kind::schema;
  schema.name = "schema is exactly the baseline";
  schema.sql = "baseline";
  schema.hint =
      "a migration was edited or half applied, or a tool made tables of its own ('ignore')";
  out.checks.push_back(schema);
  out.checks.push_back(query("file is intact", "PRAGMA integrity_check", {"value: ok"}));
  out.checks.push_back(query("no row points at a missing parent",
                             "SELECT * FROM pragma_foreign_key_check", {"rows: 0"}));
  for (const SchemaMark& mark : reference.schema().marks) {
    if (!mark.table.empty()) continue;
    GeneratedCheck check = query(fmt::format("{} is set", mark.name), "PRAGMA " + mark.name,
                                 {"value: " + mark.values.front()});
    check.hint = "the application may tell by it how far its database is migrated";
    out.checks.push_back(std::move(check));
  }
  // The bookkeeping of Alembic; other tools keep none that Session::revision() knows.
  const auto stamp = std::ranges::find_if(
      tables, [](const TableModel& table) { return to_lower(table.name) == "alembic_version"; });
  if (stamp != tables.end() && reference.revision()) {
    const QueryOutcome rows =
        reference.query("SELECT version_num FROM alembic_version ORDER BY version_num", {}, {});
    std::vector<std::string> values;
    for (const auto& row : rows.rows) values.push_back("[" + yaml_value(row.front()) + "]");
    GeneratedCheck check =
        query("the migration is stamped", "SELECT version_num FROM alembic_version",
              {fmt::format("result: [{}]", join(values, ", "))});
    if (rows.rows.size() == 1) {
      check.assertions = {"value: " + yaml_value(rows.rows.front().front())};
    }
    check.hint = "without the stamp, `alembic upgrade head` would make the tables again";
    out.checks.push_back(std::move(check));
  }
  return out;
}

// What is there before the application starts: nothing, or what the migration puts there.
Section first_rows(Session& reference, const std::vector<TableModel>& tables) {
  std::vector<std::string> selects;
  std::vector<std::string> results;
  for (const TableModel& table : tables) {
    if (table.kind != TableModel::Kind::table) continue;
    const QueryOutcome count = reference.query("SELECT count(*) FROM " + table.sql, {}, {});
    if (count.failure) continue;
    const Value name = printable(table.name);
    selects.push_back(fmt::format("SELECT {}, count(*) FROM {}", sql_literal(name), table.sql));
    results.push_back(
        fmt::format("[{}, {}]", yaml_value(name), yaml_value(count.rows.front().front())));
  }
  Section out{"", {}};
  // SQLite allows 500 parts of a compound SELECT.
  constexpr std::size_t kMostParts = 100;
  for (std::size_t begin = 0; begin < selects.size(); begin += kMostParts) {
    const std::size_t size = std::min(kMostParts, selects.size() - begin);
    const std::vector<std::string> part(
        selects.begin() + static_cast<std::ptrdiff_t>(begin),
        selects.begin() + static_cast<std::ptrdiff_t>(begin + size));
    const std::vector<std::string> rows(
        results.begin() + static_cast<std::ptrdiff_t>(begin),
        results.begin() + static_cast<std::ptrdiff_t>(begin + size));
    GeneratedCheck check = query("tables hold the rows of the migration before the first start",
                                 join(part, "\nUNION ALL "), {});
    if (begin > 0) check.name += fmt::format(" ({})", begin / kMostParts + 1);
    check.when = "before";
    check.assertions = {"result:"};
    for (const std::string& row : rows) check.assertions.push_back("  - " + row);
    out.checks.push_back(std::move(check));
  }
  return out;
}

Section views(Session& reference, const std::vector<TableModel>& tables) {
  Section out{"views", {}};
  for (const TableModel& table : tables) {
    if (table.kind != TableModel::Kind::view) continue;
    GeneratedCheck check =
        query(fmt::format("view {} can be read", table.name),
              fmt::format("SELECT * FROM {} LIMIT 1", table.sql), {"rows: {le: 1}"});
    const QueryOutcome outcome = reference.query(check.sql, {}, {});
    if (outcome.failure) {
      check.skip = outcome.failure->message;
      check.sql = fmt::format("SELECT 1 WHERE false -- SELECT * FROM {}", table.sql);
    }
    out.checks.push_back(std::move(check));
  }
  return out;
}

// Full-text and spatial indexes: their modules have rules of their own, so a row is tried.
Section virtual_tables(Session& reference, Trial& trial, const std::vector<TableModel>& tables) {
  Section out{"virtual tables", {}};
  for (const TableModel& table : tables) {
    if (table.kind != TableModel::Kind::virtual_table) continue;
    Row row;
    for (const ColumnModel& column : table.columns) {
      if (!column.generated) row[column.name] = plain_value(column, false, 0);
    }
    GeneratedCheck check;
    check.name = table.name + " accepts a row";
    check.sql = insert_sql(table, {row});
    bool writable = !row.empty() && trial.holds(check);
    if (!writable && !row.empty()) {
      // An R-Tree wants numbers.
      for (auto& [name, value] : row) value = std::int64_t{-1};
      check.sql = insert_sql(table, {row});
      writable = trial.holds(check);
    }
    if (writable) {
      out.checks.push_back(std::move(check));
      continue;
    }
    GeneratedCheck reads =
        query(fmt::format("{} can be read", table.name),
              fmt::format("SELECT * FROM {} LIMIT 1", table.sql), {"rows: {le: 1}"});
    const QueryOutcome outcome = reference.query(reads.sql, {}, {});
    if (outcome.failure) {
      reads.skip = outcome.failure->message;
      reads.sql = fmt::format("SELECT 1 WHERE false -- SELECT * FROM {}", table.sql);
    }
    out.checks.push_back(std::move(reads));
  }
  return out;
}

}  // namespace

SuiteText schema_suite(Session& reference, Trial& trial, const std::vector<TableModel>& tables,
                       const std::string& source) {
  SuiteText out;
  out.head = {
      fmt::format("What must be true of the database as a whole. Written by 'baseline checks "
                  "generate' from"),
      fmt::format("{}; it is yours now: change it, add to it.", source), "",
      "The commands `plan` and `deploy` run it on the new database, `deploy` and `verify` "
      "on the live one."};
  out.sections.push_back(whole_database(reference, tables));
  for (GeneratedCheck& check : first_rows(reference, tables).checks) {
    out.sections.front().checks.push_back(std::move(check));
  }
  out.sections.push_back(views(reference, tables));
  out.sections.push_back(virtual_tables(reference, trial, tables));
  out.has_rows = std::ranges::any_of(out.sections.back().checks, [](const GeneratedCheck& check) {
    return check.kind == GeneratedCheck::Kind::accepts;
  });
  return out;
}

}  // namespace baseline::generate
