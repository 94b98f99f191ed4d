#include "checks/lint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/concessions.hpp"
#include "store/constraint_ref.hpp"
#include "yaml/reader.hpp"

namespace baseline {
namespace {

/// A constraint of the baseline, and whether a check is about it.
struct Subject {
  ConstraintInfo info;
  bool tested = false;
};

// A name that several tables have, or columns that several keys have: what the SQL does not even
// mention, it does not test.
std::vector<std::size_t> meant(const ConstraintTest& test, const std::vector<Subject>& subjects,
                               std::vector<std::size_t> resolved) {
  if (resolved.size() < 2) return resolved;
  const std::string sql = to_lower(test.sql.text);
  const auto mentioned = [&](std::size_t i) {
    return sql.find(to_lower(subjects[i].info.table)) != std::string::npos;
  };
  if (std::ranges::none_of(resolved, mentioned)) return resolved;
  std::erase_if(resolved, [&](std::size_t i) { return !mentioned(i); });
  return resolved;
}

bool is_declared(ConstraintRef::Kind kind) {
  switch (kind) {
    case ConstraintRef::Kind::name:
    case ConstraintRef::Kind::not_null:
    case ConstraintRef::Kind::unique:
    case ConstraintRef::Kind::primary_key:
    case ConstraintRef::Kind::foreign_key:
    case ConstraintRef::Kind::check:
      return true;
    case ConstraintRef::Kind::trigger:
    case ConstraintRef::Kind::type:
      return false;
  }
  return false;
}

Problem warning(const CheckHead& head, const std::string& message) {
  return yaml::problem_at(head.file, head.place, message);
}

// "; did you mean 'valid_price'?" for a name that none of them has.
std::string nearest_name(const ConstraintRef& by, const std::vector<Subject>& subjects) {
  if (by.kind != ConstraintRef::Kind::name) return {};
  std::vector<std::string> names;
  for (const Subject& subject : subjects) {
    if (!subject.info.name.empty()) names.push_back(subject.info.name);
  }
  return yaml::suggestion(by.text, names);
}

// Marks what the check tests; says so when that is nothing.
void examine(const Check& check, const ConstraintTest& test, Session& reference,
             std::vector<Subject>& subjects, std::vector<Problem>& warnings) {
  if (!is_declared(test.by.kind)) return;
  const CheckHead& head = check.head();
  const std::vector<std::size_t> found = meant(test, subjects, reference.resolve(test.by));
  if (found.empty()) {
    warnings.push_back(
        warning(head, fmt::format("the baseline has no constraint '{}', which '{}' names in 'by'{}",
                                  test.by.text, head.name, nearest_name(test.by, subjects))));
    return;
  }
  const auto idle = [&](std::size_t i) { return !subjects[i].info.can_reject; };
  if (std::ranges::all_of(found, idle)) {
    warnings.push_back(warning(head, fmt::format("{} rejects nothing, so '{}' cannot pass",
                                                 subjects[found.front()].info.display, head.name)));
  }
  if (head.skip) return;
  for (const std::size_t i : found) subjects[i].tested = true;
}

Coverage coverage_of(const std::vector<Subject>& subjects) {
  Coverage coverage;
  for (const Subject& subject : subjects) {
    if (!subject.info.can_reject) {
      coverage.cannot_reject.push_back(subject.info);
      continue;
    }
    const bool named = !subject.info.name.empty();
    ++(named ? coverage.named : coverage.unnamed);
    if (subject.tested) {
      ++(named ? coverage.named_tested : coverage.unnamed_tested);
    } else {
      coverage.untested.push_back(subject.info);
    }
  }
  return coverage;
}

}  // namespace

LintReport lint(const Suites& suites, Session& reference) {
  LintReport report;
  report.checks = suites.checks().size();
  report.concessions = concessions_of(suites, {});
  report.warnings = suites.warnings();
  report.warnings.insert(report.warnings.end(), suites.remarks().begin(), suites.remarks().end());
  std::vector<Subject> subjects;
  for (ConstraintInfo& info : reference.constraints()) subjects.push_back({std::move(info)});
  for (const auto& check : suites.checks()) {
    if (const auto test = check->constraint_test()) {
      examine(*check, *test, reference, subjects, report.warnings);
    }
  }
  report.coverage = coverage_of(subjects);
  return report;
}

}  // namespace baseline
