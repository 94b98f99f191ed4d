#include "checks/generate/view_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/generate/effect_checks.hpp"
#include "checks/generate/plain_values.hpp"

namespace baseline::generate {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> provocations(const TableModel& view, const TriggerModel& trigger) {
  std::vector<std::string> out;
  const auto row = [&](int n) {
    Row values;
    for (const ColumnModel& column : view.columns)
      values[column.name] = plain_value(column, false, n);
    return values;
  };
  switch (trigger.event) {
    case TriggerModel::Event::remove:
      out.push_back("DELETE FROM " + view.sql);
      break;
    case TriggerModel::Event::insert:
      for (int n = 0; n < 2; ++n) out.push_back(insert_sql(view, {row(n)}));
      break;
    case TriggerModel::Event::update:
      for (const ColumnModel& column : view.columns) {
        out.push_back(update_sql(view, {{column.name, plain_value(column, false, 1)}}, {}));
      }
      break;
  }
  return out;
}

}  // namespace

bool sql_names(const std::string& sql, const std::string& name) {
  for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name, at + 1)) {
    const bool starts = at == 0 || !is_word(sql[at - 1]);
    const bool ends = at + name.size() == sql.size() || !is_word(sql[at + name.size()]);
    if (starts && ends) return true;
  }
  return false;
}

std::vector<std::string> view_fixtures(const Plan& plan, const std::string& definition) {
  std::vector<std::string> given;
  for (const TablePlan& table : plan.tables()) {
    if (!table.row || !sql_names(definition, table.table->name)) continue;
    for (const std::string& fixture : table.given_with_row()) {
      if (std::ranges::find(given, fixture) == given.end()) given.push_back(fixture);
    }
  }
  return given;
}

std::string exactly(std::string_view message) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string out = "^";
  for (const char c : message) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

std::vector<GeneratedCheck> view_checks(const Plan& plan, Trial& trial, const TableModel& view,
                                        const std::string& definition) {
  const std::vector<std::string> given = view_fixtures(plan, definition);
  std::vector<GeneratedCheck> out;
  for (const TriggerModel& trigger : view.triggers) {
    std::vector<std::string> messages = trigger.messages;
    if (trigger.has_other_messages) messages.emplace_back();
    const std::vector<std::string> statements = provocations(view, trigger);
    if (messages.empty()) {
      for (GeneratedCheck& check : trigger_effects(plan, trial, view, trigger, given, statements)) {
        out.push_back(std::move(check));
      }
    }
    for (const std::string& message : messages) {
      GeneratedCheck check;
      check.kind = GeneratedCheck::Kind::rejects;
      check.name = fmt::format("view {} obeys trigger {}", view.name, trigger.name);
      if (messages.size() > 1) check.name += ": " + message;
      check.given = given;
      check.by = {ConstraintRef::Kind::trigger, message.empty() ? "." : exactly(message)};
      check.constraint = fmt::format("trigger {} ('{}')", trigger.name, message);
      bool held = false;
      for (const std::string& sql : statements) {
        check.sql = sql;
        held = held || trial.holds(check);
        if (held) break;
      }
      if (!held) {
        check.foreign_keys.reset();
        check.skip = "no statement that provokes it was found; write one";
      }
      out.push_back(std::move(check));
    }
  }
  return out;
}

}  // namespace baseline::generate
