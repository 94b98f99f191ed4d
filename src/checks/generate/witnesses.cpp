// RowSearch: from one accepted row after the other a single column is changed; where the verdict
// turns, there is a bound, and the values on both sides of it are worth a check.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "checks/generate/row_search.hpp"

namespace baseline::generate {
namespace {

constexpr std::size_t kMostWitnesses = 6;
constexpr std::size_t kMostEdges = 12;

/// The verdict on one value of a column.
struct Judged {
  const Value* value;
  bool accepted;
  bool violates;  // what is asked for
};

std::optional<double> numeric_value(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

// 'xxx' is 3 of 'x': a text whose only property is its length.
bool is_run(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->size() > 1 &&
         std::ranges::all_of(*text, [&](char c) { return c == text->front(); });
}

// Where the verdict turns along an order of the values: on one side accepted, violated beyond.
template <typename Belongs, typename Less>
void turning_points(const std::vector<Judged>& judged, Belongs belongs, Less less,
                    std::vector<const Value*>& rejected, std::vector<const Value*>& accepted) {
  std::vector<Judged> line;
  std::ranges::copy_if(judged, std::back_inserter(line),
                       [&](const Judged& one) { return belongs(*one.value); });
  std::ranges::stable_sort(
      line, [&](const Judged& a, const Judged& b) { return less(*a.value, *b.value); });
  const auto add = [](std::vector<const Value*>& out, const Value* value) {
    if (std::ranges::find(out, value) == out.end()) out.push_back(value);
  };
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Judged& a = line[i];
    const Judged& b = line[i + 1];
    if (a.accepted && b.violates) {
      add(accepted, a.value);
      add(rejected, b.value);
    } else if (a.violates && b.accepted) {
      add(rejected, a.value);
      add(accepted, b.value);
    }
  }
}

/// The values that tell most about one column of one accepted row.
struct Telling {
  std::vector<const Value*> rejected;
  std::vector<const Value*> accepted;
};

Telling telling(const std::vector<Judged>& judged, const ColumnModel& column) {
  Telling out;
  const bool for_text = column.fits == ColumnModel::Fits::text;
  turning_points(
      judged, [&](const Value& v) { return !for_text && numeric_value(v).has_value(); },
      [](const Value& a, const Value& b) { return *numeric_value(a) < *numeric_value(b); },
      out.rejected, out.accepted);
  turning_points(
      judged, is_run,
      [](const Value& a, const Value& b) {
        const auto& x = std::get<std::string>(a);
        const auto& y = std::get<std::string>(b);
        return std::pair(x.front(), x.size()) < std::pair(y.front(), y.size());
      },
      out.rejected, out.accepted);
  // Beside the bounds: NULL, and a few texts and numbers that are wrong in another way.
  const bool has_bounds = !out.rejected.empty();
  std::size_t texts = for_text && !has_bounds ? 3 : 1;
  std::size_t letters = 1;
  std::size_t numbers = has_bounds || for_text ? 0 : 1;
  for (const Judged& one : judged) {
    if (!one.violates || std::ranges::find(out.rejected, one.value) != out.rejected.end()) continue;
    const auto* text = std::get_if<std::string>(one.value);
    if (is_null(*one.value)) {
      out.rejected.push_back(one.value);
    } else if (text != nullptr && !is_run(*one.value) && texts > 0) {
      if (text->size() == 1 && letters-- == 0) {
        letters = 0;
        continue;
      }
      out.rejected.push_back(one.value);
      --texts;
    } else if (numeric_value(*one.value) && numbers > 0) {
      out.rejected.push_back(one.value);
      --numbers;
    }
  }
  return out;
}

bool writable(const Value& value) {
  const auto* real = std::get_if<double>(&value);
  return !std::holds_alternative<Blob>(value) && (real == nullptr || std::isfinite(*real));
}

}  // namespace

std::vector<RowSearch::Variation> RowSearch::variations(const Cluster& cluster) {
  if (const auto known = variations_.find(&cluster); known != variations_.end()) {
    return known->second;
  }
  std::vector<std::string> conditions;
  for (const ConstraintModel* constraint : cluster.constraints) {
    conditions.push_back(constraint->condition.sql);
  }
  std::vector<Variation> out;
  std::vector<std::vector<Value>> rows;
  const std::size_t shapes = cluster.columns.size() == 1
                                 ? std::min<std::size_t>(1, cluster.shapes.size())
                                 : cluster.shapes.size();
  for (std::size_t shape = 0; shape < shapes; ++shape) {
    for (std::size_t c = 0; c < cluster.columns.size(); ++c) {
      const ColumnModel& column = *table_.column(cluster.columns[c]);
      const bool first = shape == 0;
      for (const Value& value : first ? more_values(cluster, column) : cluster.values[c]) {
        if (!writable(value)) continue;
        std::vector<Value>& row = rows.emplace_back(cluster.shapes[shape]);
        row[c] = value;
        out.push_back({shape, c, value, {}});
      }
    }
  }
  const std::vector<Violations> found = probe_.judge(cluster.columns, rows, conditions);
  for (std::size_t i = 0; i < out.size(); ++i) out[i].violations = found[i];
  std::erase_if(out, [](const Variation& one) { return one.violations.empty(); });
  variations_[&cluster] = out;
  return out;
}

std::vector<RowSearch::Witness> RowSearch::violating(const ConstraintModel& constraint) {
  const auto& condition = constraint.condition;
  const Cluster* const cluster =
      condition.columns.empty() ? nullptr : cluster_of(condition.columns.front());
  std::vector<Witness> out;
  if (cluster == nullptr || cluster->shapes.empty()) return out;
  const auto found = std::ranges::find(cluster->constraints, &constraint);
  if (found == cluster->constraints.end()) return out;
  const auto k = static_cast<std::size_t>(found - cluster->constraints.begin());

  const std::vector<Variation> all = variations(*cluster);
  const auto count = [](const Variation& v) { return std::ranges::count(v.violations, '1'); };
  const bool any_alone = std::ranges::any_of(
      all, [&](const Variation& v) { return v.violations[k] == '1' && count(v) == 1; });
  std::set<std::pair<std::size_t, std::string>> known;
  for (std::size_t shape = 0; shape < cluster->shapes.size(); ++shape) {
    for (std::size_t c = 0; c < cluster->columns.size(); ++c) {
      std::vector<Judged> judged;
      for (const Variation& v : all) {
        if (v.shape != shape || v.column != c) continue;
        const bool violates = v.violations[k] == '1' && (!any_alone || count(v) == 1);
        judged.push_back({&v.value, count(v) == 0, violates});
      }
      for (const Value* value : telling(judged, *table_.column(cluster->columns[c])).rejected) {
        if (out.size() == kMostWitnesses || !known.emplace(c, sql_literal(*value)).second) continue;
        std::vector<Value> row = cluster->shapes[shape];
        row[c] = *value;
        out.push_back({row_of(*cluster, row), any_alone});
      }
    }
  }
  if (out.empty() && !cluster->violators[k].empty()) {
    out.push_back({row_of(*cluster, cluster->violators[k]), cluster->violator_alone[k]});
  }
  return out;
}

std::vector<RowSearch::Edges> RowSearch::edges() {
  std::vector<Edges> out;
  for (const Cluster& cluster : clusters_) {
    const bool types_only = std::ranges::all_of(cluster.constraints, [](const auto* constraint) {
      return constraint->kind == ConstraintModel::Kind::type;
    });
    if (cluster.shapes.empty() || types_only) continue;
    Edges edges{cluster.columns, {}};
    std::set<std::vector<std::string>> known;
    const auto add = [&](const std::vector<Value>& row) {
      std::vector<std::string> key;
      for (const Value& value : row) {
        if (!writable(value)) return;
        key.push_back(sql_literal(value));
      }
      if (edges.rows.size() < kMostEdges && known.insert(std::move(key)).second) {
        edges.rows.push_back(row_of(cluster, row));
      }
    };
    if (cluster.columns.size() > 1) {
      for (const std::vector<Value>& shape : cluster.shapes) add(shape);
    }
    const std::vector<Variation> all = variations(cluster);
    for (std::size_t shape = 0; shape < cluster.shapes.size(); ++shape) {
      for (std::size_t c = 0; c < cluster.columns.size(); ++c) {
        std::vector<Judged> judged;
        for (const Variation& v : all) {
          if (v.shape != shape || v.column != c) continue;
          const bool accepted = v.violations.find('1') == std::string::npos;
          judged.push_back({&v.value, accepted, !accepted});
        }
        const bool decides = std::ranges::any_of(judged, &Judged::violates);
        const auto add_value = [&](const Value* value) {
          std::vector<Value> row = cluster.shapes[shape];
          row[c] = *value;
          add(row);
        };
        for (const Value* value : telling(judged, *table_.column(cluster.columns[c])).accepted)
          add_value(value);
        if (!decides) continue;
        // The texts that a list names, each of which must stay in it.
        for (const Judged& one : judged) {
          if (one.accepted && !is_run(*one.value) && is_named(cluster, c, *one.value)) {
            add_value(one.value);
          }
        }
      }
    }
    if (!edges.rows.empty()) out.push_back(std::move(edges));
  }
  return out;
}

}  // namespace baseline::generate
