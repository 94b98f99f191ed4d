#pragma once

#include <string>
#include <vector>

#include "checks/generate/plan.hpp"
#include "checks/generate/trial.hpp"

namespace baseline::generate {

/// The message of a trigger as a regular expression that matches just this text.
std::string exactly(std::string_view message);

/// Whether the SQL names it; a name that is something else there costs a row more, no harm.
bool sql_names(const std::string& sql, const std::string& name);

/// The fixtures of the tables that the definition of a view names.
std::vector<std::string> view_fixtures(const Plan& plan, const std::string& definition);

/// The errors that INSTEAD OF triggers of a view raise. `definition` is the SQL of the view: the
/// tables that it names get their rows first, for such a trigger only fires where there is a row.
std::vector<GeneratedCheck> view_checks(const Plan& plan, Trial& trial, const TableModel& view,
                                        const std::string& definition);

}  // namespace baseline::generate
