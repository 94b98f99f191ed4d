#pragma once

#include <string>

#include "checks/lint.hpp"
#include "report/style.hpp"

namespace baseline::human_report {
/// The warnings, the constraints that nothing tests, and the sums.
std::string of(const LintReport& report, const Style& style);
}  // namespace baseline::human_report

namespace baseline::json_report {
/// docs/json.md, "checks lint".
std::string of(const LintReport& report, int exit_code);
}  // namespace baseline::json_report
