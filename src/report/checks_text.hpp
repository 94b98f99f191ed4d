#pragma once

#include <string>

#include "checks/result.hpp"
#include "report/style.hpp"

namespace baseline {

/// One line that sums up a phase, before it a block for each check that failed, could not be
/// evaluated or warns; of many, the first few are opened and the others named. A verbose style
/// opens all, and has a line for each suite.
std::string checks_text(const SuiteReport& report, const Style& style);

/// "1 check only warns, 2 only run before the swap", or empty.
std::string concessions_text(const Concessions& concessions);

}  // namespace baseline
