#pragma once

#include "checks/result.hpp"
#include "checks/selection.hpp"
#include "checks/suite.hpp"

namespace baseline {

/// Counts the selected checks that were told to prove less, so that an edit of a suite that weakens
/// it shows in each summary (docs/checks.md, "Results").
Concessions concessions_of(const Suites& suites, const Selection& selection);

}  // namespace baseline
