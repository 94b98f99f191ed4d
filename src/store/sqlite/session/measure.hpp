#pragma once

#include <string_view>

#include "store/session.hpp"
#include "store/sqlite/session/workshop.hpp"

namespace baseline::sqlite {

/// What Session::measure() is asked.
struct MeasureRequest {
  std::string_view sql;
  const Bindings& bindings;
  const RunLimits& limits;
  unsigned timed_runs = 0;
};

/// Session::measure() on a connection with an open transaction. Throws SQLite::Exception when a
/// statement of our own fails.
CostOutcome measured(const Workshop& workshop, const MeasureRequest& request);

}  // namespace baseline::sqlite
