#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checks/result.hpp"
#include "report/check_run.hpp"

namespace baseline {

/// Which keys a result has: all of them, as is promised to readers, or only those that do not say
/// what a result without them has. A thousand checks that passed are half as long then.
enum class ResultKeys { all, filled };

/// What --report json=FILE writes (docs/reports.md, "JSON").
nlohmann::ordered_json check_run_json(const CheckRun& run, ResultKeys keys = ResultKeys::all);

/// The same in the results of a phase and in what `checks lint` finds.
nlohmann::ordered_json concessions_json(const Concessions& concessions);

/// A result of filled keys with all of them, in their order.
nlohmann::ordered_json with_all_keys(nlohmann::ordered_json result);

/// The results of a phase, the same in --format json and in a report (docs/json.md, "Results").
nlohmann::ordered_json suite_report_json(const SuiteReport& report,
                                         ResultKeys keys = ResultKeys::all);

}  // namespace baseline
