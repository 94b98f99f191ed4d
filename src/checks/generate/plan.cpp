#include "checks/generate/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/generate/combinations.hpp"
#include "checks/generate/plain_values.hpp"

namespace baseline::generate {
namespace {

using ModelKind = ConstraintModel::Kind;

constexpr int kMostSalts = 3;
constexpr std::size_t kMostRowTries = 300;  // to please a trigger

// A key of YAML that can be printed and read again.
std::string fixture_name(const TableModel& table) {
  const std::string name = printable(table.name);
  return trimmed(name).empty() || name == "<<" ? fmt::format("table '{}'", name) : name;
}

}  // namespace

std::vector<std::string> TablePlan::given_with_row() const {
  std::vector<std::string> out = given;
  out.push_back(fixture);
  return out;
}

Value TablePlan::held(const std::string& column) const {
  if (row) {
    if (const auto value = row->find(column); value != row->end()) return value->second;
  }
  return search->omitted(*table->column(column));
}

bool is_required(const TableModel& table, const ConstraintModel& key) {
  return std::ranges::all_of(key.columns, [&](const std::string& name) {
    const ColumnModel* const column = table.column(name);
    return column != nullptr && (column->not_null || column->key_position > 0) &&
           !column->generated;
  });
}

Plan::Plan(Session& probes, Trial& trial, const std::vector<TableModel>& tables)
    : probes_(probes), trial_(trial), models_(tables) {
  for (const TableModel& table : tables) {
    if (table.kind != TableModel::Kind::table) continue;
    TablePlan& plan = tables_.emplace_back();
    plan.table = &table;
    for (const ConstraintModel& key : table.constraints) {
      if (key.kind != ModelKind::foreign_key) continue;
      referred_[key.parent].insert(key.parent_columns.begin(), key.parent_columns.end());
    }
  }
  groups_ = groups();
  group_of_.resize(tables_.size());
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (const std::size_t table : groups_[group]) group_of_[table] = group;
  }
  for (std::size_t group = 0; group < groups_.size(); ++group) make_rows(group);
}

std::vector<const TableModel*> Plan::all_tables() const {
  std::vector<const TableModel*> out;
  for (const TableModel& table : models_) out.push_back(&table);
  return out;
}

const TablePlan* Plan::find(const std::string& table) const {
  const auto found = std::ranges::find_if(
      tables_, [&](const TablePlan& plan) { return plan.table->name == table; });
  return found == tables_.end() ? nullptr : &*found;
}

std::set<std::string> Plan::key_columns(const TableModel& table) const {
  std::set<std::string> out;
  if (const auto referred = referred_.find(table.name); referred != referred_.end()) {
    out = referred->second;
  }
  for (const ConstraintModel& constraint : table.constraints) {
    const bool key = constraint.kind == ModelKind::primary_key ||
                     constraint.kind == ModelKind::foreign_key ||
                     constraint.kind == ModelKind::unique;
    if (key) out.insert(constraint.columns.begin(), constraint.columns.end());
  }
  return out;
}

// Which tables a row of this one cannot be without.
std::vector<std::size_t> Plan::parents_of(std::size_t table) const {
  std::vector<std::size_t> out;
  const TableModel& model = *tables_[table].table;
  for (const ConstraintModel& key : model.constraints) {
    if (key.kind != ModelKind::foreign_key || key.parent == model.name ||
        !is_required(model, key)) {
      continue;
    }
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (tables_[i].table->name == key.parent) out.push_back(i);
    }
  }
  return out;
}

// Tables that need each other stand together, parents before children: the strongly connected
// components in Tarjan's order.
std::vector<std::vector<std::size_t>> Plan::groups() const {
  constexpr std::size_t kUnseen = SIZE_MAX;
  std::vector<std::size_t> number(tables_.size(), kUnseen);
  std::vector<std::size_t> low(tables_.size(), 0);
  std::vector<bool> open(tables_.size(), false);
  std::vector<std::size_t> stack;
  std::vector<std::vector<std::size_t>> out;
  std::size_t count = 0;
  const std::function<void(std::size_t)> visit = [&](std::size_t table) {
    number[table] = low[table] = count++;
    stack.push_back(table);
    open[table] = true;
    for (const std::size_t parent : parents_of(table)) {
      if (number[parent] == kUnseen) visit(parent);
      if (open[parent]) low[table] = std::min(low[table], low[parent]);
    }
    if (low[table] != number[table]) return;
    std::vector<std::size_t>& group = out.emplace_back();
    do {
      group.push_back(stack.back());
      open[stack.back()] = false;
      stack.pop_back();
    } while (group.back() != table);
    std::ranges::sort(group);
  };
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (number[i] == kUnseen) visit(i);
  }
  return out;
}

// What the parent's row holds in the column that is referred to.
Value Plan::parent_value(const ConstraintModel& key, std::size_t column) const {
  const TablePlan* const parent = find(key.parent);
  if (parent == nullptr || column >= key.parent_columns.size()) return std::int64_t{-1};
  const std::string& name = key.parent_columns[column];
  const ColumnModel* const model = parent->table->column(name);
  if (model == nullptr) return std::int64_t{-1};
  if (parent->row && parent->row->contains(model->name)) return parent->row->at(model->name);
  return plain_value(*model, true, 0);
}

RowSearch::Demands Plan::demands_of(const TablePlan& plan, int salt) const {
  const TableModel& table = *plan.table;
  RowSearch::Demands out;
  out.salt = salt;
  out.keys = key_columns(table);
  constexpr int kSaltStep = 100;
  const auto fix = [&](const ColumnModel& column) {
    out.fixed[column.name] = plain_value(column, true, salt * kSaltStep);
  };
  const auto referred = referred_.find(table.name);
  for (const ColumnModel& column : table.columns) {
    if (column.generated) continue;
    if (column.key_position > 0) fix(column);
    if (referred != referred_.end() && referred->second.contains(column.name)) fix(column);
  }
  for (const ConstraintModel& key : table.constraints) {
    if (key.kind != ModelKind::foreign_key) continue;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const ColumnModel* const column = table.column(key.columns[i]);
      if (column == nullptr || column->generated) continue;
      // A row may be its own parent.
      const bool own = key.parent == table.name && i < key.parent_columns.size() &&
                       out.fixed.contains(key.parent_columns[i]);
      const Value value = own ? out.fixed[key.parent_columns[i]] : parent_value(key, i);
      out.parents.emplace(column->name, value);
      if (is_required(table, key)) out.fixed[column->name] = out.parents[column->name];
    }
  }
  return out;
}

std::string Plan::fixture_sql(const std::vector<std::size_t>& group) const {
  std::vector<std::string> out;
  out.reserve(group.size());
  for (const std::size_t table : group) {
    out.push_back(insert_sql(*tables_[table].table, {*tables_[table].row}));
  }
  return join(out, ";\n");
}

// Whether rows of the group need those of a group that is being made: a circle.
bool Plan::waits_for_open(std::size_t group) const {
  if (done_.contains(group)) return false;
  if (begun_.contains(group)) return true;
  return std::ranges::any_of(groups_[group], [&](std::size_t table) {
    return std::ranges::any_of(parents_of(table), [&](std::size_t parent) {
      return group_of_[parent] != group && waits_for_open(group_of_[parent]);
    });
  });
}

void Plan::make_rows(std::size_t group) {
  if (!begun_.insert(group).second) return;
  // Parents that a row can do without come first, too, as far as there is no circle: it may refer
  // to them all the same.
  for (const std::size_t table : groups_[group]) {
    for (const ConstraintModel& key : tables_[table].table->constraints) {
      const TablePlan* const parent =
          key.kind == ModelKind::foreign_key ? find(key.parent) : nullptr;
      if (parent == nullptr) continue;
      const std::size_t other = group_of_[static_cast<std::size_t>(parent - tables_.data())];
      if (!waits_for_open(other)) make_rows(other);
    }
  }
  bool settled = false;
  for (int salt = 0; salt < kMostSalts && !settled; ++salt) {
    settled = try_rows(groups_[group], salt);
  }
  // The migration's own row may be the only one that the table can have.
  if (!settled && cleared_.insert(group).second) try_rows(groups_[group], 0);
  done_.insert(group);
}

// One attempt at rows for the group. True when there is no use in another one.
bool Plan::try_rows(const std::vector<std::size_t>& group, int salt) {
  for (const std::size_t i : group) {
    TablePlan& plan = tables_[i];
    plan.probe = std::make_unique<Probe>(probes_, *plan.table, ++probes_made_);
    plan.search = std::make_unique<RowSearch>(*plan.probe, *plan.table, demands_of(plan, salt));
    plan.row = plan.search->simplest();
    plan.problem.clear();
    if (!plan.row) {
      plan.problem = fmt::format("no row of {} was found that satisfies {}", plan.table->name,
                                 join(plan.search->unsatisfied(), " and "));
    }
  }
  std::string problem;
  for (const std::size_t i : group) {
    if (!tables_[i].row) problem = tables_[i].problem;
  }
  bool taken = false;
  if (problem.empty() && try_fixture(group, problem, taken)) return true;
  for (const std::size_t i : group) {
    tables_[i].row.reset();
    tables_[i].problem = problem;
  }
  return !taken;
}

// The fixtures that stand before the rows of the group, each once: of the parents that the rows
// refer to. Nothing, and a problem, when one is missing that they cannot do without.
std::optional<std::vector<std::string>> Plan::parents_given(const std::vector<std::size_t>& group,
                                                            std::string& problem) const {
  std::vector<std::string> given;
  for (const std::size_t i : group) {
    const TablePlan& plan = tables_[i];
    for (const ConstraintModel& key : plan.table->constraints) {
      const TablePlan* const parent =
          key.kind == ModelKind::foreign_key ? find(key.parent) : nullptr;
      if (parent == nullptr) continue;
      const bool inside =
          std::ranges::any_of(group, [&](std::size_t other) { return &tables_[other] == parent; });
      const bool refers = std::ranges::all_of(key.columns, [&](const std::string& name) {
        const ColumnModel* const column = plan.table->column(name);
        return column != nullptr && !is_null(plan.held(column->name));
      });
      if (inside || !refers) continue;
      if (!parent->row && is_required(*plan.table, key)) {
        problem = fmt::format("it needs a row of {}: {}", parent->table->name, parent->problem);
        return std::nullopt;
      }
      if (!parent->row) continue;
      for (const std::string& name : parent->given_with_row()) {
        if (!contains(given, name)) given.push_back(name);
      }
    }
  }
  return given;
}

bool Plan::try_fixture(const std::vector<std::size_t>& group, std::string& problem, bool& taken) {
  const std::optional<std::vector<std::string>> parents = parents_given(group, problem);
  if (!parents) return false;
  std::vector<std::string> given = *parents;
  for (const std::size_t table : group) {
    if (!cleared_.contains(group_of_[table])) continue;
    const GeneratedFixture none{"no " + fixture_name(*tables_[table].table),
                                "DELETE FROM " + tables_[table].table->sql};
    trial_.add_fixture(none);
    if (std::ranges::find(fixtures_, none.name, &GeneratedFixture::name) == fixtures_.end()) {
      fixtures_.push_back(none);
    }
    given.push_back(none.name);
  }
  const std::string name = fixture_name(*tables_[group.front()].table);
  const auto fits = [&] {
    const std::string sql = fixture_sql(group);
    auto failure = trial_.failure_of(given, sql, {}, true);
    if (failure) {
      // Rows that only exist where foreign keys are not enforced are better than none.
      problem = fmt::format("its simplest row was rejected by {}", in_words(*failure));
      taken = failure->rejected_by.starts_with("UNIQUE") ||
              failure->rejected_by.starts_with("PRIMARY KEY");
      failure = trial_.failure_of(given, sql, {}, false);
    }
    return !failure;
  };
  bool made = fits();
  if (!made && group.size() == 1 && !taken) made = try_parents(group.front(), given) && fits();
  if (!made && group.size() == 1 && !taken) {
    made = please_triggers(tables_[group.front()], given) && fits();
  }
  if (!made) return false;
  const GeneratedFixture fixture{name, fixture_sql(group)};
  trial_.add_fixture(fixture);
  fixtures_.push_back(fixture);
  for (const std::size_t i : group) {
    tables_[i].fixture = name;
    tables_[i].given = given;
  }
  return true;
}

// A trigger may refuse a row without the parents that it can do without.
bool Plan::try_parents(std::size_t table, std::vector<std::string>& given) {
  TablePlan& plan = tables_[table];
  Row row = *plan.row;
  for (const ConstraintModel& key : plan.table->constraints) {
    if (key.kind != ModelKind::foreign_key || find(key.parent) == nullptr) continue;
    for (const std::string& name : key.columns) {
      const auto parent = plan.search->parent(name);
      const ColumnModel* const column = plan.table->column(name);
      if (parent && column != nullptr && is_null(plan.held(column->name))) {
        row[column->name] = *parent;
      }
    }
  }
  if (row == *plan.row) return false;
  const Row before = *plan.row;
  plan.row = row;
  std::string problem;
  const auto parents = parents_given({table}, problem);
  if (!parents) {
    plan.row = before;
    return false;
  }
  for (const std::string& fixture : *parents) {
    if (!contains(given, fixture)) given.push_back(fixture);
  }
  plan.search->keep(row);
  return true;
}

// A trigger may refuse the simplest row: tries other values in the columns that it reads.
bool Plan::please_triggers(TablePlan& plan, const std::vector<std::string>& given) {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> values;
  for (const TriggerModel& trigger : plan.table->triggers) {
    if (trigger.event != TriggerModel::Event::insert) continue;
    for (const ColumnSamples& samples : trigger.samples) {
      const ColumnModel* const column = plan.table->column(samples.column);
      if (column->generated || contains(columns, column->name)) continue;
      columns.push_back(column->name);
      std::vector<Value>& list = values.emplace_back();
      list.push_back(plan.held(column->name));
      list.insert(list.end(), samples.values.begin(), samples.values.end());
      list.push_back(plan.search->plain(*column, 0));
    }
  }
  if (columns.empty()) return false;
  std::vector<std::size_t> sizes;
  sizes.reserve(values.size());
  for (const auto& list : values) sizes.push_back(list.size());
  const Row before = *plan.row;
  std::size_t tries = 0;
  bool found = false;
  for_each_combination(sizes, [&](const std::vector<std::size_t>& chosen) {
    Row row = before;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (chosen[c] > 0) row[columns[c]] = values[c][chosen[c]];
    }
    found = !trial_.failure_of(given, insert_sql(*plan.table, {row}), {}, true);
    if (found) {
      plan.search->keep(row);
      plan.row = std::move(row);
    }
    return !found && ++tries < kMostRowTries;
  });
  return found;
}

}  // namespace baseline::generate
