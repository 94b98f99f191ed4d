// What statements leave behind: the effects of triggers, and what views show.
#include "checks/generate/effect_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/text.hpp"
#include "checks/generate/suite_text.hpp"
#include "checks/generate/view_checks.hpp"

namespace baseline::generate {
namespace {

using ResultRows = std::vector<std::vector<Value>>;

constexpr std::size_t kMostEffectTries = 60;
constexpr std::size_t kMostShownRows = 20;
constexpr std::size_t kMostStates = 8;  // of one view

// Whether the value may have come from the clock, so that it is another one tomorrow.
bool is_of_today(const Value& value) {
  const auto now = std::chrono::system_clock::now();
  constexpr double kDay = 86'400;
  const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (const auto* const text = std::get_if<std::string>(&value)) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
    return text->starts_with(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                                         static_cast<unsigned>(day.month()),
                                         static_cast<unsigned>(day.day())));
  }
  const auto* const integer = std::get_if<std::int64_t>(&value);
  const auto* const real = std::get_if<double>(&value);
  if (integer == nullptr && real == nullptr) return false;
  const double number = integer != nullptr ? static_cast<double>(*integer) : *real;
  constexpr double kEpochInJulianDays = 2'440'587.5;
  return std::abs(number - seconds) < 2 * kDay || std::abs(number / 1000 - seconds) < 2 * kDay ||
         std::abs(number - (kEpochInJulianDays + seconds / kDay)) < 2;
}

std::string select_sql(const TableModel& table, const std::vector<std::string>& columns,
                       const std::string& where) {
  return fmt::format("SELECT {} FROM {}{}", join(columns, ", "), table.sql, where);
}

// Columns as they are selected: what cannot be written down, or changes, by its type.
std::optional<std::vector<std::string>> steady_columns(Trial& trial,
                                                       const std::vector<std::string>& given,
                                                       const TableModel& table,
                                                       const std::vector<std::string>& columns,
                                                       const std::string& where, bool foreign_keys,
                                                       ResultRows& rows) {
  const auto first = trial.rows_of(given, select_sql(table, columns, where), foreign_keys);
  const auto second = trial.rows_of(given, select_sql(table, columns, where), foreign_keys);
  if (!first || !second || first->size() != second->size() || first->size() > kMostShownRows) {
    return std::nullopt;
  }
  std::vector<std::string> out = columns;
  for (std::size_t r = 0; r < first->size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Value& value = (*first)[r][c];
      const bool steady =
          !std::holds_alternative<Blob>(value) && !is_of_today(value) && value == (*second)[r][c];
      if (!steady) out[c] = fmt::format("typeof({})", columns[c]);
    }
  }
  const auto found = trial.rows_of(given, select_sql(table, out, where), foreign_keys);
  if (!found) return std::nullopt;
  rows = *found;
  return out;
}

std::vector<std::string> all_columns(const TableModel& table) {
  std::vector<std::string> out;
  for (const ColumnModel& column : table.columns) out.push_back(column.sql);
  return out;
}

/// What can be seen of one table, or of a full-text index.
struct Watched {
  const TableModel* table = nullptr;
  std::string query;
};

std::vector<Watched> watched_tables(const std::vector<const TableModel*>& tables) {
  std::vector<Watched> out;
  for (const TableModel* const table : tables) {
    if (table->kind == TableModel::Kind::view) continue;
    out.push_back({table, fmt::format("SELECT * FROM {} LIMIT 100", table->sql)});
  }
  return out;
}

std::string verb(TriggerModel::Event event) {
  switch (event) {
    case TriggerModel::Event::insert:
      return "gets a row";
    case TriggerModel::Event::update:
      return "is updated";
    case TriggerModel::Event::remove:
      return "loses a row";
  }
  return {};
}

}  // namespace

std::optional<GeneratedCheck> shown_rows(Trial& trial, std::string name,
                                         std::vector<std::string> given, GeneratedFixture step,
                                         const TableModel& table,
                                         const std::vector<std::string>& columns,
                                         const std::string& where, bool foreign_keys) {
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::query;
  check.name = printable(name);
  check.given = std::move(given);
  if (!step.sql.empty()) {
    trial.add_fixture(step);
    check.given.push_back(step.name);
    check.step = std::move(step);
  }
  ResultRows rows;
  const auto steady = steady_columns(trial, check.given, table, columns, where, foreign_keys, rows);
  if (!steady) return std::nullopt;
  check.sql = select_sql(table, *steady, where);
  if (rows.empty()) {
    check.assertions = {"rows: 0"};
  } else {
    check.assertions = {"result:"};
    for (const auto& row : rows) {
      std::vector<std::string> values;
      for (const Value& value : row) values.push_back(yaml_value(value));
      check.assertions.push_back("  - [" + join(values, ", ") + "]");
    }
  }
  if (foreign_keys) {
    check.foreign_keys = true;
  } else if (!trial.stands(check.given, true)) {
    check.foreign_keys = false;
  }
  return check;
}

std::vector<GeneratedCheck> trigger_effects(const Plan& plan, Trial& trial, const TableModel& table,
                                            const TriggerModel& trigger,
                                            const std::vector<std::string>& given,
                                            const std::vector<std::string>& statements) {
  std::vector<GeneratedCheck> out;
  const std::string drop = fmt::format("DROP TRIGGER {};\n", quoted_identifier(trigger.name));
  const std::vector<Watched> watched = watched_tables(plan.all_tables());
  std::size_t tries = 0;
  for (const std::string& sql : statements) {
    if (++tries > kMostEffectTries || !out.empty()) break;
    const GeneratedFixture step{fmt::format("{} {} for {}", printable(table.name),
                                            verb(trigger.event), printable(trigger.name)),
                                sql};
    for (const Watched& one : watched) {
      const auto rows_after = [&](const std::string& statement) {
        trial.add_fixture({step.name, statement});
        std::vector<std::string> all = given;
        all.push_back(step.name);
        return trial.rows_of(all, one.query);
      };
      const auto with = rows_after(sql);
      if (!with) break;  // the statement itself fails
      // A view takes no statement without its trigger.
      const auto without = table.kind == TableModel::Kind::view ? trial.rows_of(given, one.query)
                                                                : rows_after(drop + sql);
      if (!without || *with == *without) continue;
      auto check =
          shown_rows(trial, fmt::format("trigger {} changes {}", trigger.name, one.table->name),
                     given, step, *one.table, all_columns(*one.table), {});
      if (check) out.push_back(*std::move(check));
    }
    // A full-text index shows its rows only when it is asked for a word.
    for (const Watched& one : watched) {
      if (one.table->kind != TableModel::Kind::virtual_table) continue;
      const std::string where =
          fmt::format(" WHERE {} MATCH 'a OR b OR text'", quoted_identifier(one.table->name));
      const auto rows_after = [&](const std::string& statement) {
        trial.add_fixture({step.name, statement});
        std::vector<std::string> all = given;
        all.push_back(step.name);
        return trial.rows_of(all, select_sql(*one.table, {"rowid"}, where));
      };
      const auto with = rows_after(sql);
      const auto without = with ? rows_after(drop + sql) : std::nullopt;
      if (!without || *with == *without) continue;
      auto check = shown_rows(
          trial, fmt::format("trigger {} keeps {} in step", trigger.name, one.table->name), given,
          step, *one.table, {"rowid"}, where);
      if (check) out.push_back(*std::move(check));
    }
  }
  if (!out.empty()) return out;
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::query;
  check.name = printable(fmt::format("{} obeys trigger {}", table.name, trigger.name));
  check.skip =
      fmt::format("no statement was found in {} tries to which the trigger makes a difference",
                  std::min(tries, kMostEffectTries));
  return {std::move(check)};
}

std::vector<GeneratedCheck> view_rows(const Plan& plan, Trial& trial, const TableModel& view,
                                      const std::string& definition) {
  const std::vector<std::string> given = view_fixtures(plan, definition);
  const std::vector<std::string> columns = all_columns(view);
  const std::string query = select_sql(view, columns, {});
  const std::string label = printable(view.name);
  std::vector<GeneratedCheck> out;
  std::optional<ResultRows> shown = trial.rows_of(given, query);
  const bool readable = shown.has_value();
  std::string before;  // the statement after which it shows something
  std::vector<std::pair<std::string, std::string>> states;  // what is changed, and how
  for (const TablePlan& table : plan.tables()) {
    if (!readable || !table.row || !sql_names(definition, table.table->name)) continue;
    for (const ColumnModel& column : table.table->columns) {
      if (column.generated || column.key_position > 0) continue;
      std::vector<Value> values = table.search->alternatives(*table.row, column.name);
      constexpr std::size_t kValues = 6;
      if (values.size() > kValues) values.resize(kValues);
      if (const auto parent = table.search->parent(column.name)) values.push_back(*parent);
      if (!column.not_null) values.emplace_back();
      for (const Value& value : values) {
        if (value == table.held(column.name)) continue;
        states.emplace_back(
            fmt::format("{}.{} is {}", printable(table.table->name), printable(column.name),
                        shortened(printable(sql_literal(value)), 30)),
            update_sql(*table.table, {{column.name, value}}, *table.row));
      }
    }
  }
  const auto rows_after = [&](const std::string& sql) {
    trial.add_fixture({"a state", sql});
    std::vector<std::string> all = given;
    all.emplace_back("a state");
    return trial.rows_of(all, query);
  };
  const auto show = [&](const std::string& name, const GeneratedFixture& step) {
    auto check = shown_rows(trial, name, given, step, view, columns, {});
    if (check) out.push_back(*std::move(check));
  };
  if (readable && shown->empty()) {
    for (const auto& [name, sql] : states) {
      const auto rows = rows_after(sql);
      if (!rows || rows->empty()) continue;
      shown = rows;
      before = sql;
      show(fmt::format("view {} shows a row when {}", label, name),
           {fmt::format("{}: {}", label, name), sql});
      break;
    }
  } else if (readable) {
    show(fmt::format("view {} shows its rows", label), {});
  }
  if (!readable || out.empty()) {
    GeneratedCheck check;
    check.kind = GeneratedCheck::Kind::query;
    check.name = fmt::format("view {} shows its rows", label);
    check.skip = "no rows were found that it shows";
    return {std::move(check)};
  }
  std::set<std::string> known;
  for (const auto& [name, sql] : states) {
    if (out.size() > kMostStates) break;
    const std::string column = name.substr(0, name.find(" is "));
    if (known.contains(column)) continue;
    const std::string all = before.empty() ? sql : before + ";\n" + sql;
    const auto rows = rows_after(all);
    if (!rows || *rows == *shown) continue;
    known.insert(column);
    show(fmt::format("view {} when {}", label, name), {fmt::format("{}: {}", label, name), all});
  }
  return out;
}

}  // namespace baseline::generate
