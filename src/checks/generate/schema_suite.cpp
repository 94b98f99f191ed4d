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

Section whole_database(Session& reference) {
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
  const std::vector<SchemaMark> marks = reference.schema().marks;
  for (const char* const name : {"user_version", "application_id"}) {
    if (std::ranges::find(marks, name, &SchemaMark::name) != marks.end()) continue;
    // Afterwards it is the application's.
    out.checks.push_back(
        query(fmt::format("{} is not set", name), fmt::format("PRAGMA {}", name), {"value: 0"}));
    out.checks.back().when = "before";
  }
  for (const SchemaMark& mark : marks) {
    if (!mark.table.empty()) continue;
    GeneratedCheck check = query(fmt::format("{} is set", mark.name), "PRAGMA " + mark.name,
                                 {"value: " + mark.values.front()});
    check.hint = "the application may tell by it how far its database is migrated";
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

constexpr std::size_t kMostWritten = 100;

QueryOutcome written_rows(Session& session, const TableModel& table,
                          const std::vector<std::string>& columns) {
  return session.query(fmt::format("SELECT {} FROM {}", join(columns, ", "), table.sql), {},
                       {std::chrono::milliseconds(2'000), kMostWritten});
}

// What the migration takes from the clock or from chance is told by its type.
void tell_types_of_others(Session& reference, Session& another_time, const TableModel& table,
                          std::vector<std::string>& columns) {
  const QueryOutcome rows = written_rows(reference, table, columns);
  const QueryOutcome others = written_rows(another_time, table, columns);
  if (rows.failure || others.failure) return;
  const std::size_t both = std::min(rows.rows.size(), others.rows.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    for (std::size_t r = 0; r < both; ++r) {
      if (rows.rows[r][c] == others.rows[r][c]) continue;
      columns[c] = fmt::format("typeof({})", columns[c]);
      break;
    }
  }
}

// The rows themselves, as far as a person can read them.
void add_contents(Session& reference, Session& another_time, const std::vector<TableModel>& tables,
                  Section& out) {
  for (const TableModel& table : tables) {
    if (table.kind != TableModel::Kind::table) continue;
    std::vector<std::string> columns;
    for (const ColumnModel& column : table.columns) {
      const bool blob = column.fits == ColumnModel::Fits::blob;
      columns.push_back(blob ? fmt::format("quote({})", column.sql) : column.sql);
    }
    tell_types_of_others(reference, another_time, table, columns);
    GeneratedCheck check =
        query(table.name + " holds what the migration puts there",
              fmt::format("SELECT {} FROM {}", join(columns, ", "), table.sql), {"result:"});
    check.when = "before";
    const QueryOutcome rows = written_rows(reference, table, columns);
    if (!rows.failure && rows.rows.empty()) continue;
    const bool readable =
        !rows.failure && std::ranges::none_of(rows.rows, [](const std::vector<Value>& row) {
          return std::ranges::any_of(
              row, [](const Value& value) { return std::holds_alternative<Blob>(value); });
        });
    if (!readable || rows.truncated) {
      check.skip = rows.truncated
                       ? fmt::format("there are more than {} rows; they are counted", kMostWritten)
                       : "its rows cannot be written down; they are counted";
    }
    for (const std::vector<Value>& row : rows.rows) {
      if (!readable) break;
      std::vector<std::string> values;
      for (const Value& value : row) values.push_back(yaml_value(value));
      check.assertions.push_back("  - [" + join(values, ", ") + "]");
    }
    out.checks.push_back(std::move(check));
  }
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
    }
    out.checks.push_back(std::move(reads));
  }
  return out;
}

}  // namespace

SuiteText schema_suite(Session& reference, Session& another_time, Trial& trial,
                       const std::vector<TableModel>& tables, const std::string& source) {
  SuiteText out;
  out.head = {
      fmt::format("What must be true of the database as a whole. Written by 'baseline checks "
                  "generate' from"),
      fmt::format("{}; it is yours now: change it, add to it.", source), "",
      "The commands `plan` and `deploy` run it on the new database, `deploy` and `verify` "
      "on the live one."};
  out.sections.push_back(whole_database(reference));
  for (GeneratedCheck& check : first_rows(reference, tables).checks) {
    out.sections.front().checks.push_back(std::move(check));
  }
  add_contents(reference, another_time, tables, out.sections.front());
  out.sections.push_back(virtual_tables(reference, trial, tables));
  out.has_rows = std::ranges::any_of(out.sections.back().checks, [](const GeneratedCheck& check) {
    return check.kind == GeneratedCheck::Kind::accepts;
  });
  return out;
}

void add_declared(SuiteText& suite, const std::string& file) {
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::schema;
  check.name = "baseline declares what " + file + " does";
  check.sql = file;
  check.hint = "if the change is meant, make it in " + file + ", too";
  std::vector<GeneratedCheck>& checks = suite.sections.front().checks;
  checks.insert(checks.begin() + 1, std::move(check));
}

}  // namespace baseline::generate
