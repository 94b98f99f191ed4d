#include "checks/generate/row_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "checks/generate/combinations.hpp"
#include "checks/generate/plain_values.hpp"

namespace baseline::generate {
namespace {

constexpr std::size_t kEnoughRows = 1'200;  // when all that was looked for is found
constexpr std::size_t kMostRows = 8'000;
constexpr std::size_t kSearchBatch = 400;
constexpr std::size_t kMostValues = 40;
constexpr std::size_t kMostShapes = 10;

void add_new(std::vector<Value>& values, const Value& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

std::ptrdiff_t violated(const Violations& violations) {
  return std::ranges::count(violations, '1');
}

bool accepted(const Violations& violations) {
  return !violations.empty() && violated(violations) == 0;
}

std::vector<std::string> sqls(const std::vector<const ConstraintModel*>& constraints) {
  std::vector<std::string> out;
  out.reserve(constraints.size());
  for (const ConstraintModel* constraint : constraints) out.push_back(constraint->condition.sql);
  return out;
}

std::vector<std::size_t> sizes_of(const std::vector<std::vector<Value>>& values) {
  std::vector<std::size_t> out;
  out.reserve(values.size());
  for (const auto& list : values) out.push_back(list.size());
  return out;
}

// The neighbours of a bound on whole numbers are whole numbers.
void drop_fractions(const ColumnModel& column, std::vector<Value>& values) {
  if (column.fits != ColumnModel::Fits::integer && column.fits != ColumnModel::Fits::boolean)
    return;
  std::erase_if(values, [](const Value& value) {
    const auto* real = std::get_if<double>(&value);
    return real != nullptr && *real != std::floor(*real);
  });
}

}  // namespace

RowSearch::RowSearch(Probe& probe, const TableModel& table, Demands demands)
    : probe_(probe), table_(table), demands_(std::move(demands)) {
  for (const ColumnModel& column : table_.columns) {
    if (column.default_sql.empty()) continue;
    const std::optional<Value> value = probe_.value_of(column.default_sql);
    defaults_[column.name] = value.value_or(Value());
    if (!column.default_is_fixed || !value) changing_.insert(column.name);
  }
  make_clusters();
  for (Cluster& cluster : clusters_) explore(cluster);
}

Value RowSearch::omitted(const ColumnModel& column) const {
  const auto found = defaults_.find(column.name);
  return found == defaults_.end() ? Value() : found->second;
}

bool RowSearch::can_omit(const ColumnModel& column, const Value& value) const {
  if (column.key_position > 0 || !(value == omitted(column))) return false;
  return !column.not_null || column.has_default;
}

Value RowSearch::plain(const ColumnModel& column, int n) const {
  constexpr int kSaltStep = 100;
  const bool key = demands_.keys.contains(column.name);
  return plain_value(column, key, n + (key ? demands_.salt * kSaltStep : 0));
}

std::optional<Value> RowSearch::parent(const std::string& column) const {
  const auto found = demands_.parents.find(column);
  return found == demands_.parents.end() ? std::nullopt : std::optional(found->second);
}

// Constraints belong together as soon as they share a column.
void RowSearch::make_clusters() {
  for (const ConstraintModel& constraint : table_.constraints) {
    if (constraint.condition.sql.empty() || constraint.kind == ConstraintModel::Kind::unique) {
      continue;
    }
    if (constraint.condition.columns.empty()) continue;
    Cluster merged;
    merged.constraints.push_back(&constraint);
    merged.columns = constraint.condition.columns;
    std::vector<Cluster> rest;
    for (Cluster& cluster : clusters_) {
      const bool shares = std::ranges::any_of(
          cluster.columns, [&](const std::string& name) { return contains(merged.columns, name); });
      if (!shares) {
        rest.push_back(std::move(cluster));
        continue;
      }
      merged.constraints.insert(merged.constraints.begin(), cluster.constraints.begin(),
                                cluster.constraints.end());
      for (const std::string& name : cluster.columns) {
        if (!contains(merged.columns, name)) merged.columns.push_back(name);
      }
    }
    rest.push_back(std::move(merged));
    clusters_ = std::move(rest);
  }
}

std::vector<Value> RowSearch::candidates(const Cluster& cluster, const ColumnModel& column) const {
  std::vector<Value> out;
  const auto fixed = demands_.fixed.find(column.name);
  const auto parent = demands_.parents.find(column.name);
  if (fixed != demands_.fixed.end()) {
    out.push_back(fixed->second);
    if (parent != demands_.parents.end()) return out;
  } else if (can_omit(column, omitted(column))) {
    out.push_back(omitted(column));
  }
  if (parent != demands_.parents.end()) add_new(out, parent->second);
  add_new(out, plain(column, 0));
  for (const ConstraintModel* constraint : cluster.constraints) {
    for (const ColumnSamples& samples : constraint->condition.samples) {
      if (samples.column != column.name) continue;
      for (const Value& value : samples.values) add_new(out, value);
    }
  }
  add_new(out, plain(column, 1));
  add_new(out, plain(column, 2));
  for (const Value& value : common_values(column)) add_new(out, value);
  if (column.not_null) std::erase_if(out, is_null);
  drop_fractions(column, out);
  if (out.size() > kMostValues) out.resize(kMostValues);
  return out;
}

// All that could show how the constraints judge one column alone.
std::vector<Value> RowSearch::more_values(const Cluster& cluster, const ColumnModel& column) const {
  std::vector<Value> out = candidates(cluster, column);
  if (!column.not_null) add_new(out, Value());
  for (const ConstraintModel* constraint : cluster.constraints) {
    if (!contains(constraint->condition.columns, column.name)) continue;
    for (const Value& value : constraint->condition.all_samples) add_new(out, value);
  }
  for (const Value& value : common_values(column)) add_new(out, value);
  drop_fractions(column, out);
  return out;
}

// Whether it is a text that an expression names for the column.
bool RowSearch::is_named(const Cluster& cluster, std::size_t column, const Value& value) {
  if (!std::holds_alternative<std::string>(value)) return false;
  return std::ranges::any_of(cluster.constraints, [&](const ConstraintModel* constraint) {
    return std::ranges::any_of(constraint->condition.samples, [&](const ColumnSamples& samples) {
      return samples.column == cluster.columns[column] &&
             std::ranges::find(samples.named, value) != samples.named.end();
    });
  });
}

void RowSearch::explore(Cluster& cluster) {
  for (const std::string& name : cluster.columns) {
    cluster.values.push_back(candidates(cluster, *table_.column(name)));
  }
  const std::size_t constraints = cluster.constraints.size();
  const std::vector<std::string> conditions = sqls(cluster.constraints);
  cluster.violators.resize(constraints);
  cluster.violator_alone.resize(constraints);
  std::vector<std::ptrdiff_t> fewest(constraints, PTRDIFF_MAX);
  std::set<std::pair<std::size_t, std::size_t>> shown;  // (column, value) of the shapes

  std::vector<std::vector<Value>> rows;
  std::vector<std::vector<std::size_t>> indexes;
  std::size_t tried = 0;
  const auto judge = [&] {
    const std::vector<Violations> found = probe_.judge(cluster.columns, rows, conditions);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (found[i].empty()) continue;
      if (accepted(found[i]) && cluster.shapes.size() < kMostShapes) {
        bool news = cluster.shapes.empty();
        for (std::size_t c = 0; c < cluster.columns.size(); ++c) {
          news =
              (shown.insert({c, indexes[i][c]}).second && is_named(cluster, c, rows[i][c])) || news;
        }
        if (news) cluster.shapes.push_back(rows[i]);
      }
      for (std::size_t k = 0; k < constraints; ++k) {
        if (found[i][k] != '1' || violated(found[i]) >= fewest[k]) continue;
        fewest[k] = violated(found[i]);
        cluster.violators[k] = rows[i];
        cluster.violator_alone[k] = fewest[k] == 1;
      }
    }
    tried += rows.size();
    rows.clear();
    indexes.clear();
    const bool complete =
        !cluster.shapes.empty() && std::ranges::find(fewest, PTRDIFF_MAX) == fewest.end();
    return tried < (complete ? kEnoughRows : kMostRows);
  };
  for_each_combination(sizes_of(cluster.values), [&](const std::vector<std::size_t>& chosen) {
    std::vector<Value>& row = rows.emplace_back();
    for (std::size_t c = 0; c < chosen.size(); ++c) row.push_back(cluster.values[c][chosen[c]]);
    indexes.push_back(chosen);
    return rows.size() < kSearchBatch || judge();
  });
  if (!rows.empty()) judge();
  if (cluster.shapes.empty()) {
    for (const ConstraintModel* constraint : cluster.constraints) {
      unsatisfied_.push_back(constraint->display);
    }
  }
}

Row RowSearch::row_of(const Cluster& cluster, const std::vector<Value>& values) const {
  Row out;
  for (std::size_t c = 0; c < values.size(); ++c) out[cluster.columns[c]] = values[c];
  return out;
}

std::optional<Row> RowSearch::simplest() {
  Row out = demands_.fixed;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated || out.contains(column.name)) continue;
    if (column.not_null && !column.has_default) out[column.name] = plain(column, 0);
  }
  for (const Cluster& cluster : clusters_) {
    if (cluster.shapes.empty()) return std::nullopt;
    for (const auto& [name, value] : row_of(cluster, cluster.shapes.front())) {
      if (can_omit(*table_.column(name), value)) continue;
      out[name] = value;
    }
  }
  for (const auto& [name, value] : kept_) out.try_emplace(name, value);
  return out;
}

std::optional<std::vector<Value>> RowSearch::first_that_satisfies(
    const std::vector<std::string>& columns, const std::vector<std::vector<Value>>& values,
    const std::vector<std::string>& conditions, std::size_t most) {
  std::vector<std::vector<Value>> rows;
  std::optional<std::vector<Value>> first;
  std::size_t tried = 0;
  const auto judge = [&] {
    const std::vector<Violations> found = probe_.judge(columns, rows, conditions);
    for (std::size_t i = 0; i < rows.size() && !first; ++i) {
      if (accepted(found[i])) first = rows[i];
    }
    tried += rows.size();
    rows.clear();
    return !first && tried < most;
  };
  for_each_combination(sizes_of(values), [&](const std::vector<std::size_t>& chosen) {
    std::vector<Value>& row = rows.emplace_back();
    for (std::size_t c = 0; c < chosen.size(); ++c) row.push_back(values[c][chosen[c]]);
    return rows.size() < kSearchBatch || judge();
  });
  if (!rows.empty()) judge();
  return first;
}

const RowSearch::Cluster* RowSearch::cluster_of(const std::string& column) const {
  for (const Cluster& cluster : clusters_) {
    if (contains(cluster.columns, column)) return &cluster;
  }
  return nullptr;
}

std::optional<Row> RowSearch::satisfying(const ConditionModel& condition,
                                         const std::vector<std::string>& not_null) {
  std::optional<Row> base = simplest();
  if (!base) return std::nullopt;
  // All columns of the clusters that are touched; the condition is one more constraint.
  Cluster wanted;
  std::vector<std::string> conditions;
  std::set<const Cluster*> touched;
  const auto touch = [&](const std::string& name) {
    if (const Cluster* const cluster = cluster_of(name)) {
      if (!touched.insert(cluster).second) return;
      for (const std::string& other : cluster->columns) {
        if (!contains(wanted.columns, other)) wanted.columns.push_back(other);
      }
      wanted.constraints.insert(wanted.constraints.end(), cluster->constraints.begin(),
                                cluster->constraints.end());
    } else if (!contains(wanted.columns, name)) {
      wanted.columns.push_back(name);
    }
  };
  for (const std::string& name : not_null) touch(name);
  for (const std::string& name : condition.columns) touch(name);
  conditions = sqls(wanted.constraints);
  ConstraintModel extra;
  extra.condition = condition;
  if (!condition.sql.empty()) {
    conditions.push_back(fmt::format("({}\n) IS TRUE", condition.sql));
    wanted.constraints.push_back(&extra);
  }
  if (conditions.empty()) conditions.emplace_back("1");
  for (const std::string& name : wanted.columns) {
    const ColumnModel& column = *table_.column(name);
    std::vector<Value> values = candidates(wanted, column);
    if (contains(not_null, name)) {
      std::erase_if(values, is_null);
      // The same default for two rows would be chance.
      if (changing_.contains(name)) std::erase(values, omitted(column));
    }
    wanted.values.push_back(std::move(values));
  }
  const auto found = first_that_satisfies(wanted.columns, wanted.values, conditions, kMostRows);
  if (!found) return std::nullopt;
  for (const auto& [name, value] : row_of(wanted, *found)) {
    const bool left_out = can_omit(*table_.column(name), value) && !contains(not_null, name);
    if (left_out) {
      base->erase(name);
    } else {
      (*base)[name] = value;
    }
  }
  return base;
}

std::optional<Row> RowSearch::fullest() {
  std::optional<Row> out = simplest();
  if (!out) return std::nullopt;
  for (const ColumnModel& column : table_.columns) {
    if (column.generated || out->contains(column.name)) continue;
    if (cluster_of(column.name) != nullptr) continue;
    const auto parent = demands_.parents.find(column.name);
    Value value = parent != demands_.parents.end() ? parent->second : plain(column, 0);
    if (value == omitted(column)) value = plain(column, 1);
    (*out)[column.name] = std::move(value);
  }
  for (const Cluster& cluster : clusters_) {
    for (const auto& [name, value] : row_of(cluster, fullest_of(cluster))) {
      const ColumnModel& column = *table_.column(name);
      const bool left_out = can_omit(column, value) && (is_null(value) || changing_.contains(name));
      if (!left_out) (*out)[name] = value;
    }
  }
  return out;
}

// The simplest accepted row without any NULL; where there is none, the simplest one, filled up
// column by column.
std::vector<Value> RowSearch::fullest_of(const Cluster& cluster) {
  const std::vector<std::string> conditions = sqls(cluster.constraints);
  std::vector<std::vector<Value>> values = cluster.values;
  for (std::vector<Value>& list : values) std::erase_if(list, is_null);
  if (const auto found = first_that_satisfies(cluster.columns, values, conditions, kEnoughRows)) {
    return *found;
  }
  std::vector<Value> row = cluster.shapes.front();
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (!is_null(row[c])) continue;
    std::vector<std::vector<Value>> single;
    single.reserve(row.size());
    for (const Value& value : row) single.push_back({value});
    single[c] = values[c];
    const auto found = first_that_satisfies(cluster.columns, single, conditions, kEnoughRows);
    if (found) row = *found;
  }
  return row;
}

std::vector<Value> RowSearch::alternatives(const Row& row, const std::string& name) {
  const ColumnModel& column = *table_.column(name);
  const auto current = row.find(name);
  const Cluster* const cluster = cluster_of(name);
  std::vector<Value> values;
  for (int n = 0; n < 4; ++n) add_new(values, plain(column, n));
  if (cluster != nullptr) {
    // Texts of the same form: 'AAA', 'AAB'.
    const Value now = current == row.end() ? omitted(column) : current->second;
    if (const auto* text = std::get_if<std::string>(&now); text != nullptr && !text->empty()) {
      for (const char last : std::string_view("bcdeBCDE12345")) {
        add_new(values, text->substr(0, text->size() - 1) + last);
      }
    }
    for (const Value& value : candidates(*cluster, column)) add_new(values, value);
  }
  std::erase_if(values, [&](const Value& value) {
    return is_null(value) ||
           std::holds_alternative<Blob>(value) != (column.fits == ColumnModel::Fits::blob) ||
           (current != row.end() && value == current->second);
  });
  if (cluster == nullptr) return values;
  std::vector<std::vector<Value>> rows;
  for (const Value& value : values) {
    std::vector<Value>& changed = rows.emplace_back();
    for (const std::string& other : cluster->columns) {
      const auto held = row.find(other);
      changed.push_back(other == name       ? value
                        : held != row.end() ? held->second
                                            : omitted(*table_.column(other)));
    }
  }
  const auto found = probe_.judge(cluster->columns, rows, sqls(cluster->constraints));
  std::vector<Value> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (accepted(found[i])) out.push_back(values[i]);
  }
  return out;
}

}  // namespace baseline::generate
