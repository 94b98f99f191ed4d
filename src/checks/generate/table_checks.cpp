#include "checks/generate/table_checks.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"

namespace baseline::generate {

std::vector<GeneratedCheck> TableChecks::make() {
  if (entry_.row) {
    add_rows();
    add_defaults();
    add_edges();
    add_likeness();
    add_storage();
    add_comparison();
  }
  for (const ConstraintModel& constraint : table_.constraints) {
    using Kind = ConstraintModel::Kind;
    switch (constraint.kind) {
      case Kind::not_null:
        add_not_null(constraint);
        break;
      case Kind::check:
      case Kind::type:
        add_condition(constraint);
        break;
      case Kind::unique:
      case Kind::primary_key:
        add_key(constraint);
        break;
      case Kind::foreign_key:
        add_foreign_key(constraint);
        break;
    }
  }
  for (const TriggerModel& trigger : table_.triggers) add_trigger(trigger);
  return std::move(checks_);
}

void TableChecks::add(GeneratedCheck check) {
  check.name = printable(check.name);
  check.skip = printable(check.skip);
  checks_.push_back(std::move(check));
}

GeneratedCheck TableChecks::rejecting(const ConstraintModel& constraint, std::string name) const {
  GeneratedCheck check;
  check.kind = GeneratedCheck::Kind::rejects;
  check.name = std::move(name);
  check.by = constraint.by;
  check.constraint = constraint.display;
  return check;
}

void TableChecks::add_skipped(GeneratedCheck check, const std::string& reason) {
  check.skip = reason;
  add(std::move(check));
}

std::string TableChecks::place(const std::vector<std::string>& columns) const {
  if (columns.size() == 1) return fmt::format("{}.{}", table_.name, columns.front());
  return fmt::format("{} ({})", table_.name, join(columns, ", "));
}

Row TableChecks::changed(const Row& changes) const {
  Row out = *entry_.row;
  for (const auto& [name, value] : changes) out[name] = value;
  return out;
}

}  // namespace baseline::generate
