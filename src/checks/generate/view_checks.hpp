#pragma once

#include <string>
#include <vector>

#include "checks/generate/plan.hpp"
#include "checks/generate/trial.hpp"

namespace baseline::generate {

/// The message of a trigger as a regular expression that matches just this text.
std::string exactly(std::string_view message);

/// The errors that INSTEAD OF triggers of a view raise. `definition` is the SQL of the view: the
/// tables that it names get their rows first, for such a trigger only fires where there is a row.
std::vector<GeneratedCheck> view_checks(const Plan& plan, Trial& trial, const TableModel& view,
                                        const std::string& definition);

}  // namespace baseline::generate
