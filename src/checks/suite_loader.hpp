#pragma once

#include <memory>
#include <vector>

#include "checks/check.hpp"
#include "checks/load_context.hpp"
#include "checks/suite.hpp"
#include "yaml/problems.hpp"

namespace baseline {

/// Reads one suite file; what is wrong goes to `problems`, what is doubtful to the warnings of the
/// context. The checks are only of use when there are no problems.
std::vector<std::unique_ptr<Check>> load_suite(const SuiteSource& source, LoadContext& context,
                                               yaml::Problems& problems);

}  // namespace baseline
