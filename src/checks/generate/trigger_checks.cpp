// TableChecks: triggers that raise an error. Nothing tells what provokes one, so statements are
// tried: deletions, changes of one column, rows with other values.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/effect_checks.hpp"
#include "checks/generate/table_checks.hpp"
#include "checks/generate/view_checks.hpp"

namespace baseline::generate {
namespace {

constexpr std::size_t kMostTriggerTries = 300;

// What the accepted rows of a table differ in from its simplest one.
std::vector<Row> accepted_states(const TablePlan& plan) {
  std::vector<Row> out;
  for (const RowSearch::Edges& edges : plan.search->edges()) {
    for (const Row& row : edges.rows) {
      Row changes;
      for (const auto& [name, value] : row) {
        if (!(value == plan.held(name))) changes[name] = value;
      }
      if (!changes.empty()) out.push_back(std::move(changes));
    }
  }
  return out;
}

}  // namespace

void TableChecks::add_trigger(const TriggerModel& trigger) {
  for (const std::string& message : trigger.messages) add_raise(trigger, message);
  if (trigger.messages.empty() && !trigger.has_other_messages && entry_.row) {
    const bool inserts = trigger.event == TriggerModel::Event::insert;
    for (GeneratedCheck& check :
         trigger_effects(plan_, trial_, table_, trigger,
                         inserts ? entry_.given : entry_.given_with_row(), provocations(trigger))) {
      add(std::move(check));
    }
  }
  if (!trigger.has_other_messages) return;
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::rejects;
  check.name =
      fmt::format("{} obeys trigger {}, whose message is computed", table_.name, trigger.name);
  check.by = {ConstraintRef::Kind::trigger, "."};
  check.constraint = "trigger " + trigger.name;
  add_skipped(std::move(check), "its message is computed; write a statement that provokes it");
}

std::vector<std::string> TableChecks::provocations(const TriggerModel& trigger) const {
  using Event = TriggerModel::Event;
  std::vector<std::string> out;
  const auto values_for = [&](const ColumnModel& column) {
    std::vector<Value> values;
    for (const ColumnSamples& samples : trigger.samples) {
      if (samples.column == column.name) values = samples.values;
    }
    for (int n = 0; n < 2; ++n) values.push_back(entry_.search->plain(column, n));
    if (!column.not_null) values.emplace_back();
    std::erase_if(values, [](const Value& v) { return std::holds_alternative<Blob>(v); });
    return values;
  };
  // The columns that it names come first.
  std::vector<const ColumnModel*> columns;
  const auto add_columns = [&](auto belongs) {
    for (const ColumnModel& column : table_.columns) {
      if (column.generated || !belongs(column.name)) continue;
      if (std::ranges::find(columns, &column) == columns.end()) columns.push_back(&column);
    }
  };
  const auto in = [](const std::vector<std::string>& names) {
    return
        [&names](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  };
  add_columns(in(trigger.mentions));
  add_columns(in(trigger.columns));
  if (trigger.columns.empty()) add_columns([](const std::string&) { return true; });

  if (trigger.event == Event::remove) {
    out.push_back(delete_sql(table_, *entry_.row));
  }
  if (trigger.event == Event::remove || trigger.event == Event::update) {
    const std::string end =
        trigger.event == Event::remove ? ";\n" + delete_sql(table_, *entry_.row) : std::string();
    for (const ColumnModel* column : columns) {
      for (const Value& value : values_for(*column)) {
        if (value == entry_.held(column->name) && trigger.event == Event::remove) continue;
        out.push_back(update_sql(table_, {{column->name, value}}, *entry_.row) + end);
      }
    }
    // Two steps: first an accepted state, then its change.
    for (const Row& state : accepted_states(entry_)) {
      const std::string first = update_sql(table_, state, *entry_.row) + ";\n";
      if (trigger.event == Event::remove) out.push_back(first + delete_sql(table_, *entry_.row));
      for (const ColumnModel* column : columns) {
        if (trigger.event == Event::remove) break;
        for (const Value& value : values_for(*column)) {
          out.push_back(first + update_sql(table_, {{column->name, value}}, *entry_.row));
        }
      }
    }
    for (const ColumnModel* first : columns) {
      if (trigger.event == Event::remove || out.size() > kMostTriggerTries) break;
      for (const Value& state : values_for(*first)) {
        for (const ColumnModel* second : columns) {
          for (const Value& value : values_for(*second)) {
            if (first == second && value == state) continue;
            out.push_back(update_sql(table_, {{first->name, state}}, *entry_.row) + ";\n" +
                          update_sql(table_, {{second->name, value}}, *entry_.row));
          }
        }
      }
    }
  }
  if (trigger.event == Event::insert) {
    out.push_back(insert_sql(table_, {*entry_.row}));
    for (const ColumnModel* column : columns) {
      for (const Value& value : values_for(*column)) {
        out.push_back(insert_sql(table_, {changed({{column->name, value}})}));
      }
    }
    // A parent in another state.
    for (const ConstraintModel& key : table_.constraints) {
      const TablePlan* const parent =
          key.kind == ConstraintModel::Kind::foreign_key ? plan_.find(key.parent) : nullptr;
      if (parent == nullptr || !parent->row || parent == &entry_) continue;
      for (const Row& state : accepted_states(*parent)) {
        out.push_back(update_sql(*parent->table, state, *parent->row) + ";\n" +
                      insert_sql(table_, {*entry_.row}));
      }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t k = i + 1; k < columns.size() && out.size() < kMostTriggerTries; ++k) {
        for (const Value& a : values_for(*columns[i])) {
          for (const Value& b : values_for(*columns[k])) {
            out.push_back(
                insert_sql(table_, {changed({{columns[i]->name, a}, {columns[k]->name, b}})}));
          }
        }
      }
    }
  }
  if (out.size() > kMostTriggerTries) out.resize(kMostTriggerTries);
  return out;
}

void TableChecks::add_raise(const TriggerModel& trigger, const std::string& message) {
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::rejects;
  check.name = fmt::format("{} obeys trigger {}", table_.name, trigger.name);
  if (trigger.messages.size() > 1) check.name += ": " + message;
  check.by = {ConstraintRef::Kind::trigger, exactly(message)};
  check.constraint = fmt::format("trigger {} ('{}')", trigger.name, message);
  if (!entry_.row) {
    add_skipped(std::move(check), entry_.problem);
    return;
  }
  check.given =
      trigger.event == TriggerModel::Event::insert ? entry_.given : entry_.given_with_row();
  const std::vector<std::string> statements = provocations(trigger);
  const std::vector<Rejection> found = trial_.reject(check.given, statements, check.by, false);
  if (!found.empty() && found.back().verdict == Rejection::Verdict::by_named) {
    check.sql = statements[found.size() - 1];
    if (trial_.holds(check)) {
      add(std::move(check));
      return;
    }
  }
  add_skipped(
      std::move(check),
      fmt::format("no statement that provokes it was found in {} tries; write one", found.size()));
}

}  // namespace baseline::generate
