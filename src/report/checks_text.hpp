#pragma once

#include <string>

#include "checks/result.hpp"
#include "report/style.hpp"

namespace baseline {

/// One line that sums up a phase, before it a block for each check that failed, could not be
/// evaluated or warns.
std::string checks_text(const SuiteReport& report, const Style& style);

}  // namespace baseline
