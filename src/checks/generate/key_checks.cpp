// TableChecks: PRIMARY KEY and UNIQUE. Two rows that agree in the key and differ in all other keys.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/table_checks.hpp"

namespace baseline::generate {
namespace {

using ModelKind = ConstraintModel::Kind;

}  // namespace

// Rows like the first one but for the other keys; several ways, the least changed first. `number`
// tells rows of one statement apart.
std::vector<Row> TableChecks::other_rows(const Row& first, const ConstraintModel& key, int number) {
  const auto n = static_cast<std::size_t>(number);
  const auto vary = [&](Row& row, const std::string& name) {
    const std::vector<Value> values = entry_.search->alternatives(first, name);
    if (values.empty()) return false;
    row[name] = values[std::min(n, values.size() - 1)];
    return true;
  };
  Row least = first;
  for (const ConstraintModel& other : table_.constraints) {
    if (&other == &key || (other.kind != ModelKind::unique && other.kind != ModelKind::primary_key))
      continue;
    const bool settled = std::ranges::any_of(other.columns, [&](const std::string& name) {
      const auto now = least.find(name);
      const auto then = first.find(name);
      return now != least.end() && (then == first.end() || !(now->second == then->second));
    });
    if (settled) continue;
    // A column of no foreign key, so that the row keeps its parents.
    std::vector<std::string> free;
    for (const std::string& name : other.columns) {
      if (contains(key.columns, name)) continue;
      const bool refers = std::ranges::any_of(table_.constraints, [&](const ConstraintModel& c) {
        return c.kind == ModelKind::foreign_key && contains(c.columns, name);
      });
      free.insert(refers ? free.end() : free.begin(), name);
    }
    for (const std::string& name : free) {
      const auto held = first.find(name);
      const Value value =
          held == first.end() ? entry_.search->omitted(*table_.column(name)) : held->second;
      const bool null = is_null(value);
      // A NULL collides with nothing, but that of a key is a new number.
      if (null && other.kind == ModelKind::unique) break;
      if (vary(least, name)) break;
    }
  }
  Row most = first;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated || contains(key.columns, column.name) || !first.contains(column.name)) {
      continue;
    }
    vary(most, column.name);
  }
  return {least, most};
}

// Every row of one INSERT names the same columns.
void TableChecks::complete(std::vector<Row>& rows) const {
  std::set<std::string> names;
  for (const Row& row : rows) {
    for (const auto& [name, value] : row) names.insert(name);
  }
  for (Row& row : rows) {
    for (const std::string& name : names) {
      row.try_emplace(name, entry_.search->omitted(*table_.column(name)));
    }
  }
}

void TableChecks::add_key(const ConstraintModel& constraint) {
  const bool primary = constraint.kind == ModelKind::primary_key;
  // What an index over an expression or over some rows demands is best said by its name.
  const bool whole =
      constraint.condition.sql.empty() && (constraint.plain_columns || constraint.name.empty());
  std::string name = whole ? fmt::format("{} has one row per {}", table_.name, constraint.key)
                           : fmt::format("{} is unique by {}", table_.name, constraint.name);
  GeneratedCheck check = rejecting(constraint, std::move(name));
  if (!constraint.on_conflict.empty() && constraint.on_conflict != "fail" &&
      constraint.on_conflict != "rollback") {
    add_skipped(std::move(check), fmt::format("ON CONFLICT {}: a second row is not rejected",
                                              constraint.on_conflict));
    return;
  }
  if (!entry_.row) {
    add_skipped(std::move(check), entry_.problem);
    return;
  }
  const std::optional<Row> first =
      primary ? entry_.row : entry_.search->satisfying(constraint.condition, constraint.columns);
  if (!first) {
    add_skipped(std::move(check), "no row that it is for was found; write two that collide");
    return;
  }
  check.given = entry_.given;
  bool held = false;
  for (const Row& second : other_rows(*first, constraint, 0)) {
    std::vector<Row> rows = {*first, second};
    complete(rows);
    GeneratedCheck attempt = check;
    attempt.sql = insert_sql(table_, rows);
    held = trial_.holds(attempt);
    if (!held) continue;
    add(std::move(attempt));
    break;
  }
  if (!held) {
    add_skipped(std::move(check),
                fmt::format("a second row is {}; it could not be tried alone", trial_.why()));
    return;
  }
  add_shared_parts(constraint, *first);
  add_case(constraint, *first);
  add_outside(constraint);
}

// Rows that agree in all columns of the key but one are different rows.
void TableChecks::add_shared_parts(const ConstraintModel& constraint, const Row& first) {
  if (!constraint.plain_columns || constraint.columns.size() < 2) return;
  std::vector<Row> rows = {first};
  int number = 0;
  for (const std::string& column : constraint.columns) {
    const std::vector<Value> values = entry_.search->alternatives(first, column);
    if (values.empty()) return;
    Row row = other_rows(first, constraint, number++).front();
    row[column] = values.front();
    rows.push_back(std::move(row));
  }
  complete(rows);
  GeneratedCheck check;
  check.name =
      fmt::format("{} tells rows apart by each of {}", table_.name, join(constraint.columns, ", "));
  check.given = entry_.given;
  check.sql = insert_sql(table_, rows);
  if (trial_.holds(check)) add(std::move(check));
}

// Whether 'a' and 'A' are one key, by a collation or an expression.
void TableChecks::add_case(const ConstraintModel& constraint, const Row& first) {
  Row second = other_rows(first, constraint, 0).front();
  bool changes = false;
  for (const std::string& column : constraint.columns) {
    const auto held = first.find(column);
    const auto* const text =
        held == first.end() ? nullptr : std::get_if<std::string>(&held->second);
    if (text == nullptr || entry_.search->parent(column)) continue;
    std::string upper = *text;
    for (char& c : upper) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    changes = changes || upper != *text;
    second[column] = upper;
  }
  if (!changes) return;
  std::vector<Row> rows = {first, second};
  complete(rows);
  const std::string key = constraint.name.empty() ? constraint.key : constraint.name;
  GeneratedCheck check;
  check.name = fmt::format("{} tells upper and lower case apart in {}", table_.name, key);
  check.given = entry_.given;
  check.sql = insert_sql(table_, rows);
  if (trial_.holds(check)) {
    add(std::move(check));
    return;
  }
  check.kind = GeneratedCheck::Kind::rejects;
  check.by = constraint.by;
  check.name = fmt::format("{} is unique whatever the case in {}", table_.name, key);
  check.foreign_keys.reset();
  if (trial_.holds(check)) add(std::move(check));
}

// A partial index leaves the other rows alone.
void TableChecks::add_outside(const ConstraintModel& constraint) {
  if (constraint.condition.sql.empty()) return;
  ConditionModel outside = constraint.condition;
  outside.sql = fmt::format("({}\n) IS NOT TRUE", constraint.condition.sql);
  std::vector<std::string> not_null;
  for (const std::string& name : constraint.columns) {
    if (!contains(constraint.condition.columns, name)) not_null.push_back(name);
  }
  const std::optional<Row> first = entry_.search->satisfying(outside, not_null);
  if (!first) return;
  for (const Row& second : other_rows(*first, constraint, 0)) {
    std::vector<Row> rows = {*first, second};
    complete(rows);
    GeneratedCheck check;
    check.name = fmt::format("{} may repeat what {} leaves out", table_.name, constraint.name);
    check.given = entry_.given;
    check.sql = insert_sql(table_, rows);
    if (!trial_.holds(check)) continue;
    add(std::move(check));
    return;
  }
}

}  // namespace baseline::generate
