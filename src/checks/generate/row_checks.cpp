// TableChecks: what is accepted.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/suite_text.hpp"
#include "checks/generate/table_checks.hpp"

namespace baseline::generate {
namespace {

// The value as a scalar of YAML; nothing for a blob, which YAML has no word for.
bool has_word(const Value& value) { return !std::holds_alternative<Blob>(value); }

// Who reads "a full row" has to know what is not in it. A rowid comes by itself.
std::string without_value(const TableModel& table, const Row& row, const RowSearch& search) {
  std::vector<std::string> names;
  for (const ColumnModel& column : table.columns) {
    if (column.generated || column.is_rowid) continue;
    const auto held = row.find(column.name);
    const Value value = held == row.end() ? search.omitted(column) : held->second;
    if (is_null(value)) names.push_back(printable(column.name));
  }
  if (names.empty()) return {};
  return fmt::format("Without {}: no value was found that fits the rest of the row.",
                     join(names, ", "));
}

}  // namespace

void TableChecks::add_rows() {
  GeneratedCheck simplest;
  simplest.name = table_.name + " accepts its simplest row";
  simplest.given = entry_.given;
  const auto fixture = std::ranges::find(plan_.fixtures(), entry_.fixture, &GeneratedFixture::name);
  simplest.sql = fixture->sql;
  // Of a group that shares one fixture, one check is enough.
  const bool first =
      std::ranges::find(plan_.tables(), entry_.fixture, &TablePlan::fixture)->table == entry_.table;
  if (first && trial_.holds(simplest)) add(simplest);

  const std::optional<Row> full = entry_.search->fullest();
  if (!full || *full == *entry_.row) return;
  GeneratedCheck check;
  check.name = table_.name + " accepts a full row";
  // Parents that the simplest row does without.
  for (const ConstraintModel& key : table_.constraints) {
    if (key.kind != ConstraintModel::Kind::foreign_key || key.parent == table_.name) continue;
    const TablePlan* const parent = plan_.find(key.parent);
    if (parent == nullptr || !parent->row) continue;
    for (const std::string& name : parent->given_with_row()) {
      if (std::ranges::find(check.given, name) == check.given.end()) check.given.push_back(name);
    }
  }
  check.sql = insert_sql(table_, {*full});
  check.remark = without_value(table_, *full, *entry_.search);
  std::erase(check.given, entry_.fixture);
  if (trial_.holds(check)) add(std::move(check));
}

void TableChecks::add_defaults() {
  std::vector<std::string> shown;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated && entry_.row->empty()) continue;
    const bool defaulted = column.has_default && !entry_.row->contains(column.name);
    if (!defaulted && !column.generated) continue;
    const bool fixed = column.generated || column.default_is_fixed;
    shown.push_back(fixed ? column.sql : fmt::format("typeof({})", column.sql));
  }
  if (shown.empty()) return;
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::query;
  check.name = table_.name + " fills in what is left out";
  check.given = entry_.given_with_row();
  const std::string line = fmt::format("SELECT {} FROM {}{}", join(shown, ", "), table_.sql,
                                       where_sql(table_, *entry_.row));
  const auto rows = trial_.rows_of(check.given, line);
  if (!rows || rows->size() != 1 || !std::ranges::all_of(rows->front(), has_word)) return;
  check.sql = line;
  std::vector<std::string> values;
  for (const Value& value : rows->front()) values.push_back(yaml_value(value));
  check.assertions = {fmt::format("result: [[{}]]", join(values, ", "))};
  // A real that was computed, a generated column over the clock: only what comes again is told.
  const auto again = trial_.rows_of(check.given, line);
  if (!again || *again != *rows) return;
  // The row itself may need foreign keys to be off, whatever the file says.
  if (!trial_.stands(check.given, true)) check.foreign_keys = false;
  add(std::move(check));
}

void TableChecks::add_edges() {
  for (const RowSearch::Edges& edges : entry_.search->edges()) {
    std::vector<std::string> columns;
    for (const ColumnModel& column : table_.columns) {
      const bool differs = std::ranges::any_of(edges.rows, [&](const Row& row) {
        const auto value = row.find(column.name);
        return value != row.end() && !(value->second == entry_.held(column.name));
      });
      if (differs) columns.push_back(column.name);
    }
    if (columns.empty()) continue;
    const auto parameters = parameter_names(columns);
    GeneratedCheck check;
    constexpr std::size_t kFew = 3;
    const std::string what =
        columns.size() <= kFew
            ? join(columns, ", ")
            : fmt::format("{} and {} other columns", columns.front(), columns.size() - 1);
    check.name = fmt::format("{} accepts the edges of {}", table_.name, what);
    check.given = entry_.given_with_row();
    Row changes;
    for (const std::string& column : columns) changes[column] = Value();
    check.sql = update_sql(table_, changes, *entry_.row, parameters);
    for (const Row& row : edges.rows) {
      CaseValues values;
      for (const std::string& column : columns) {
        values.emplace_back(parameters.at(column), row.at(column));
      }
      const bool same = std::ranges::all_of(columns, [&](const std::string& column) {
        return row.at(column) == entry_.held(column);
      });
      const bool known = std::ranges::find(check.cases, values) != check.cases.end();
      if (!same && !known) check.cases.push_back(std::move(values));
    }
    if (check.cases.empty()) continue;
    if (trial_.holds(check)) add(std::move(check));
  }
}

}  // namespace baseline::generate
