#pragma once

#include <cstddef>
#include <vector>

#include "base/problem.hpp"
#include "checks/result.hpp"
#include "checks/suite.hpp"

namespace baseline {

/// Which constraints of the baseline some check makes reject something.
struct Coverage {
  std::size_t named = 0;  ///< constraints that can reject and have a name
  std::size_t named_tested = 0;
  std::size_t unnamed = 0;
  std::size_t unnamed_tested = 0;
  std::vector<ConstraintInfo> untested;       ///< in the order of the schema
  std::vector<ConstraintInfo> cannot_reject;  ///< not counted above
};

/// What `checks lint` found in suites that load.
struct LintReport {
  std::size_t checks = 0;
  Concessions concessions;
  std::vector<Problem> warnings;
  Coverage coverage;

  bool clean() const { return warnings.empty() && coverage.untested.empty(); }
};

/// Reviews suites against the baseline that they were loaded with, without running them. A check
/// that is skipped tests nothing.
LintReport lint(const Suites& suites, Session& reference);

}  // namespace baseline
