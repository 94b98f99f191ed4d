#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checks/result.hpp"

namespace baseline {

/// The results of a phase, the same in --format json and in a report (docs/json.md, "Results").
nlohmann::ordered_json suite_report_json(const SuiteReport& report);

}  // namespace baseline
