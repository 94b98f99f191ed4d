// TableChecks: FOREIGN KEY. They are enforced in these checks whatever the application does.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/effect_checks.hpp"
#include "checks/generate/table_checks.hpp"

namespace baseline::generate {
namespace {

using Fits = ColumnModel::Fits;

// A key that no parent has.
Value missing_key(const ColumnModel& column) {
  switch (column.fits) {
    case Fits::text:
    case Fits::json:
      return std::string("missing");
    case Fits::date:
      return std::string("1999-01-01");
    case Fits::time:
      return std::string("04:04:04");
    case Fits::date_time:
      return std::string("1999-01-01 04:04:04");
    case Fits::blob:
      return Blob{std::byte{4}, std::byte{4}};
    case Fits::real:
      return -404.5;
    case Fits::integer:
    case Fits::number:
    case Fits::boolean:
    case Fits::any:
      return std::int64_t{-404};
  }
  return {};
}

}  // namespace

void TableChecks::add_foreign_key(const ConstraintModel& key) {
  GeneratedCheck check =
      rejecting(key, fmt::format("{} needs its {}", place(key.columns), key.parent));
  check.foreign_keys = true;
  const bool computed = std::ranges::any_of(key.columns, [&](const std::string& name) {
    const ColumnModel* const column = table_.column(name);
    return column == nullptr || column->generated;
  });
  if (!entry_.row || computed) {
    add_skipped(std::move(check),
                computed ? "the key is computed; write a row without its parent" : entry_.problem);
    return;
  }
  std::vector<Row> attempts(1);
  for (const std::string& name : key.columns) {
    attempts.front()[name] = missing_key(*table_.column(name));
  }
  // Where a CHECK or another key has a say in the values: others that it accepts.
  for (const std::string& name : key.columns) {
    for (const Value& value : entry_.search->alternatives(*entry_.row, name)) {
      Row row;
      for (const std::string& other : key.columns) {
        row[other] = other == name                 ? value
                     : is_null(entry_.held(other)) ? missing_key(*table_.column(other))
                                                   : entry_.held(other);
      }
      attempts.push_back(std::move(row));
    }
  }
  for (const Row& row : attempts) {
    if (!add_witnesses(check, {row})) continue;
    add_parent_deletion(key);
    add_parent_renumbering(key);
    return;
  }
  add_skipped(std::move(check), fmt::format("a row without its parent is {}", trial_.why()));
}

void TableChecks::add_parent_deletion(const ConstraintModel& key) {
  const TablePlan* const parent = plan_.find(key.parent);
  if (parent == nullptr || !parent->row) return;
  if (add_deletion(key, *parent, *parent->row, {}) || parent == &entry_) return;
  // Another key may hold the parent of the fixture: then one of the child's own.
  const ConstraintModel none;
  const Row own = TableChecks(plan_, *parent, trial_).other_rows(*parent->row, none, 1).front();
  add_deletion(key, *parent, own, insert_sql(*parent->table, {own}) + ";\n");
}

bool TableChecks::add_deletion(const ConstraintModel& key, const TablePlan& parent_plan,
                               const Row& parent_row, const std::string& before) {
  const TablePlan* const parent = &parent_plan;
  GeneratedCheck check;
  check.given = parent->given_with_row();
  for (const std::string& name : entry_.given_with_row()) {
    if (std::ranges::find(check.given, name) == check.given.end()) check.given.push_back(name);
  }
  check.foreign_keys = true;
  Row reference;
  for (std::size_t i = 0; i < key.columns.size() && i < key.parent_columns.size(); ++i) {
    const auto held = parent_row.find(parent->table->column(key.parent_columns[i])->name);
    if (held == parent_row.end() || is_null(held->second)) return false;
    reference[table_.column(key.columns[i])->name] = held->second;
  }
  std::string first = before;
  Row child = changed(reference);
  if (parent == &entry_) {
    // A row of its own that refers to the one of the fixture.
    ConstraintModel none;
    Row second = other_rows(*entry_.row, none, 0).front();
    for (const auto& [name, value] : reference) second[name] = value;
    first = insert_sql(table_, {second}) + ";\n";
    child = second;
  } else {
    const bool refers = std::ranges::all_of(
        reference, [&](const auto& entry) { return entry.second == entry_.held(entry.first); });
    if (!refers) first += update_sql(table_, reference, *entry_.row) + ";\n";
  }
  check.sql = first + delete_sql(*parent->table, parent_row);
  // The rows of the child afterwards, found by what the key does not change.
  const auto show_rows = [&](const std::string& name) {
    Row where = child;
    std::vector<std::string> columns;
    for (const auto& [column, value] : reference) {
      columns.push_back(table_.column(column)->sql);
      if (table_.column(column)->key_position == 0) where.erase(column);
    }
    auto shown = shown_rows(trial_, name, check.given,
                            {fmt::format("{} is deleted under {}", printable(parent->table->name),
                                         printable(place(key.columns))),
                             check.sql},
                            table_, columns, where_sql(table_, where), true);
    if (shown) add(*std::move(shown));
    return shown.has_value();
  };
  const std::string& action = key.on_delete;
  const std::string what = place(key.columns);
  if (action == "no action" || action == "restrict") {
    check.kind = GeneratedCheck::Kind::rejects;
    check.by = key.by;
    check.name = fmt::format("{} rows that {} refers to cannot be deleted", key.parent, what);
  } else if (action == "cascade") {
    check.name = fmt::format("{} rows can be deleted, and {} goes with them", key.parent, what);
    if (show_rows(check.name)) return true;
  } else {
    check.name = fmt::format("{} rows can be deleted, and {} lets them go", key.parent, what);
    if (show_rows(check.name)) return true;
  }
  if (!trial_.holds(check)) return false;
  add(std::move(check));
  return true;
}

// ON UPDATE: what becomes of the row when its parent gets another key.
void TableChecks::add_parent_renumbering(const ConstraintModel& key) {
  const TablePlan* const parent = plan_.find(key.parent);
  const bool acts =
      !key.on_update.empty() && key.on_update != "no action" && key.on_update != "restrict";
  if (!acts || parent == nullptr || !parent->row || parent == &entry_) return;
  Row reference;
  Row renumbered;
  Row where = *entry_.row;
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < key.columns.size() && i < key.parent_columns.size(); ++i) {
    const ColumnModel* const from = table_.column(key.columns[i]);
    const ColumnModel* const to = parent->table->column(key.parent_columns[i]);
    if (from == nullptr || to == nullptr || is_null(parent->held(to->name))) return;
    const std::vector<Value> others = parent->search->alternatives(*parent->row, to->name);
    if (others.empty()) return;
    reference[from->name] = parent->held(to->name);
    renumbered[to->name] = others.front();
    columns.push_back(from->sql);
    where.erase(from->name);
  }
  std::vector<std::string> given = parent->given_with_row();
  for (const std::string& name : entry_.given_with_row()) {
    if (!contains(given, name)) given.push_back(name);
  }
  const bool refers = std::ranges::all_of(
      reference, [&](const auto& entry) { return entry.second == entry_.held(entry.first); });
  const std::string first = refers ? "" : update_sql(table_, reference, *entry_.row) + ";\n";
  const std::string what = place(key.columns);
  auto check =
      shown_rows(trial_, fmt::format("{} follows its {}", what, key.parent), std::move(given),
                 {fmt::format("{} is renumbered under {}", printable(key.parent), printable(what)),
                  first + update_sql(*parent->table, renumbered, *parent->row)},
                 table_, columns, where_sql(table_, where), true);
  if (check && check->assertions.size() == 2) add(*std::move(check));
}

}  // namespace baseline::generate
