#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/generate/plan.hpp"
#include "checks/generate/trial.hpp"

namespace baseline::generate {

/// A query after fixtures, the last of which is `step`, with the rows that it gives. Nothing when
/// the step or the query fails. Where a value is another one each time, its type is shown.
std::optional<GeneratedCheck> shown_rows(Trial& trial, std::string name,
                                         std::vector<std::string> given, GeneratedFixture step,
                                         const TableModel& table,
                                         const std::vector<std::string>& columns,
                                         const std::string& where, bool foreign_keys = false);

/// What a trigger does to rows: a check for each table, or a skipped one. The first of the
/// statements counts whose outcome is another one without the trigger.
std::vector<GeneratedCheck> trigger_effects(const Plan& plan, Trial& trial, const TableModel& table,
                                            const TriggerModel& trigger,
                                            const std::vector<std::string>& given,
                                            const std::vector<std::string>& statements);

/// The rows that a view shows, and in which cases it shows others.
std::vector<GeneratedCheck> view_rows(const Plan& plan, Trial& trial, const TableModel& view,
                                      const std::string& definition);

}  // namespace baseline::generate
