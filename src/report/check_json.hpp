#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checks/result.hpp"
#include "report/check_run.hpp"

namespace baseline {

/// What --report json=FILE writes (docs/reports.md, "JSON").
nlohmann::ordered_json check_run_json(const CheckRun& run);

/// The results of a phase, the same in --format json and in a report (docs/json.md, "Results").
nlohmann::ordered_json suite_report_json(const SuiteReport& report);

}  // namespace baseline
