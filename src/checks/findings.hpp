#pragma once

#include <string>
#include <vector>

#include "checks/check.hpp"

namespace baseline {

/// One assertion of a check that does not hold.
struct Finding {
  std::string expected;
  std::string got;
};

/// The verdict on a check of `asserted` assertions: a pass without findings. One finding is what
/// the check got; of several, each has its line in `why`.
Verdict verdict_on(const std::vector<Finding>& findings, std::size_t asserted);

}  // namespace baseline
