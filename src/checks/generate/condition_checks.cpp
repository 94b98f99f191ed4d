// TableChecks: NOT NULL, CHECK and types.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/table_checks.hpp"
#include "checks/sql_text.hpp"

namespace baseline::generate {

// A row that the constraint must reject is best written as one change of the row that is accepted:
// so nothing else can be the reason. A trigger may forbid the change; then as a row of its own.
bool TableChecks::add_witnesses(GeneratedCheck check, const std::vector<Row>& rows) {
  std::vector<std::string> columns;
  for (const ColumnModel& column : table_.columns) {
    const bool differs = std::ranges::any_of(rows, [&](const Row& row) {
      const auto value = row.find(column.name);
      return value != row.end() && !(value->second == entry_.held(column.name));
    });
    if (differs && !column.generated) columns.push_back(column.name);
  }
  if (columns.empty()) return false;
  const auto value_in = [&](const Row& row, const std::string& column) {
    const auto value = row.find(column);
    return value == row.end() ? entry_.held(column) : value->second;
  };
  std::map<std::string, std::string> parameters;
  Row changes;
  if (rows.size() > 1) {
    parameters = parameter_names(columns);
    for (const Row& row : rows) {
      CaseValues values;
      for (const std::string& column : columns) {
        values.emplace_back(parameters.at(column), value_in(row, column));
      }
      // Two ways can lead to one row.
      if (std::ranges::find(check.cases, values) == check.cases.end()) {
        check.cases.push_back(std::move(values));
      }
    }
  }
  for (const std::string& column : columns) changes[column] = value_in(rows.front(), column);
  GeneratedCheck update = check;
  update.given = entry_.given_with_row();
  update.sql = update_sql(table_, changes, *entry_.row, parameters);
  const std::size_t wanted = update.cases.size();
  const bool updates = trial_.holds(update);
  if (updates && update.cases.size() == wanted) {
    add(std::move(update));
    return true;
  }
  check.given = entry_.given;
  check.sql = insert_sql(table_, {changed(changes)}, parameters);
  const bool inserts = trial_.holds(check);
  if (!updates && !inserts) return false;
  const bool fewer = inserts && check.cases.size() > update.cases.size();
  add(updates && !fewer ? std::move(update) : std::move(check));
  return true;
}

void TableChecks::add_not_null(const ConstraintModel& constraint) {
  if (!constraint.condition.sql.empty()) {
    add_condition(constraint);
    return;
  }
  const std::string& column = constraint.columns.front();
  GeneratedCheck check =
      rejecting(constraint, fmt::format("{} is never NULL", place(constraint.columns)));
  if (const ColumnModel* const model = table_.column(column); model != nullptr && model->is_rowid) {
    add_skipped(std::move(check), "a NULL in the key is replaced by a new number");
  } else if (!constraint.on_conflict.empty()) {
    add_skipped(std::move(check),
                fmt::format("ON CONFLICT {}: a NULL is not rejected", constraint.on_conflict));
  } else if (!entry_.row) {
    add_skipped(std::move(check), entry_.problem);
  } else if (!add_witnesses(check, {{{column, Value()}}})) {
    add_skipped(std::move(check), "a NULL is " + trial_.why());
  }
}

void TableChecks::add_condition(const ConstraintModel& constraint) {
  using Kind = ConstraintModel::Kind;
  std::string name;
  if (constraint.kind == Kind::type) {
    const ColumnModel& column = *table_.column(constraint.columns.front());
    name = fmt::format("{} takes {} only", place(constraint.columns), column.type);
  } else if (constraint.kind == Kind::not_null) {
    name = fmt::format("{}, which is computed, is never NULL", constraint.display.substr(9));
  } else {
    const bool named = constraint.by.kind == ConstraintRef::Kind::name;
    constexpr std::size_t kLongest = 60;
    name = fmt::format("{} obeys {}", table_.name,
                       named ? constraint.name : shortened(constraint.by.text, kLongest));
  }
  GeneratedCheck check = rejecting(constraint, std::move(name));
  if (!entry_.row) {
    add_skipped(std::move(check), entry_.problem);
    return;
  }
  std::vector<Row> rows;
  if (constraint.kind == Kind::type) {
    for (const Value& value : constraint.condition.all_samples) {
      const bool blob = std::holds_alternative<Blob>(value);
      if (!blob || rows.empty()) rows.push_back({{constraint.columns.front(), value}});
    }
  } else {
    for (const RowSearch::Witness& witness : entry_.search->violating(constraint)) {
      rows.push_back(witness.row);
    }
  }
  if (rows.empty()) {
    add_skipped(std::move(check), "no row that violates it was found; write one that does");
  } else if (!add_witnesses(check, rows)) {
    add_skipped(
        std::move(check),
        fmt::format("what violates it is {}; write a row that it alone rejects", trial_.why()));
  }
}

}  // namespace baseline::generate
