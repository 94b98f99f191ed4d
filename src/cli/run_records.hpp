#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cli/reports.hpp"
#include "report/check_run.hpp"

namespace baseline {

/// Keeps the record of a run that has left a line in the history, so that `report` can tell of it
/// later. Returns why that could not be done: a warning, for the run is over. Throws nothing.
std::optional<std::string> keep_record(const CheckRun& run);

/// What there is to tell of a line of the history: its record, or else what the history knows.
nlohmann::ordered_json recorded_run(const HistoryLine& line, const Catalogue& catalogue);

}  // namespace baseline
