// TableChecks: what is accepted.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/effect_checks.hpp"
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
  // Numbers of keys as an application has them, up to what a REAL column would round.
  constexpr std::int64_t kLargeKey = (std::int64_t{1} << 53) + 1;
  Row natural = *full;
  for (const ColumnModel& column : table_.columns) {
    const auto held = natural.find(column.name);
    const bool is_number = column.key_position > 0 && held != natural.end() &&
                           std::holds_alternative<std::int64_t>(held->second);
    if (is_number && !entry_.search->parent(column.name)) held->second = kLargeKey;
  }
  GeneratedCheck with_natural = check;
  with_natural.sql = insert_sql(table_, {natural});
  if (trial_.holds(with_natural)) {
    add(std::move(with_natural));
  } else if (trial_.holds(check)) {
    add(std::move(check));
  }
}

void TableChecks::add_defaults() {
  std::vector<std::string> shown;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated && entry_.row->empty()) continue;
    if (entry_.row->contains(column.name) || column.is_rowid) continue;
    const bool fixed = column.generated || !column.has_default || column.default_is_fixed;
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

// Rows may agree in all that no key is about, and go again: a constraint or trigger more is
// noticed.
void TableChecks::add_likeness() {
  const ConstraintModel none;
  GeneratedCheck second;
  second.name = table_.name + " accepts a second row like the first";
  second.given = entry_.given_with_row();
  const Row other = other_rows(*entry_.row, none, 0).front();
  second.sql = insert_sql(table_, {other});
  if (!(other == *entry_.row) && trial_.holds(second)) add(std::move(second));
  GeneratedCheck gone;
  gone.name = table_.name + " lets a row go";
  gone.given = entry_.given_with_row();
  gone.sql = delete_sql(table_, *entry_.row);
  if (trial_.holds(gone)) add(std::move(gone));
}

// What becomes of a number and of a text that looks like one tells the types of columns apart.
void TableChecks::add_storage() {
  const ConstraintModel none;
  Row text = *entry_.row;
  Row number = other_rows(*entry_.row, none, 0).front();
  std::vector<std::string> columns;
  std::string where;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated || column.key_position > 0 || !entry_.search->is_free(column.name) ||
        entry_.search->parent(column.name)) {
      continue;
    }
    text[column.name] = std::string("12");
    number[column.name] = std::int64_t{13};
    columns.push_back(fmt::format("typeof({})", column.sql));
    if (where.empty()) where = fmt::format(" WHERE {} IN (12, '12', 13, '13')", column.sql);
  }
  if (columns.empty()) return;
  std::vector<Row> rows = {text, number};
  complete(rows);
  auto check = shown_rows(
      trial_, table_.name + " stores values as its types say", entry_.given,
      {fmt::format("{} with '12' and 13", printable(table_.name)), insert_sql(table_, rows)},
      table_, columns, where);
  if (check && check->assertions.size() == 3) add(*std::move(check));
}

// By which columns 'a' and 'A' are the same.
void TableChecks::add_comparison() {
  std::vector<std::string> columns;
  for (const ColumnModel& column : table_.columns) {
    const Value held = entry_.held(column.name);
    const auto* const text = std::get_if<std::string>(&held);
    const bool has_letter =
        text != nullptr && std::ranges::any_of(*text, [](char c) { return c >= 'a' && c <= 'z'; });
    if (has_letter && !column.generated) {
      columns.push_back(fmt::format("{0} = upper({0})", column.sql));
    }
  }
  if (columns.empty()) return;
  auto check =
      shown_rows(trial_, table_.name + " compares texts as its collations say",
                 entry_.given_with_row(), {}, table_, columns, where_sql(table_, *entry_.row));
  if (check && check->assertions.size() == 2) add(*std::move(check));
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
