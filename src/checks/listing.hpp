#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/result.hpp"
#include "checks/selection.hpp"
#include "checks/suite.hpp"
#include "yaml/problems.hpp"

namespace baseline {

/// One check as `checks list` tells of it.
struct ListedCheck {
  std::string suite;
  std::string file;
  yaml::Place place;
  std::string name;
  std::string kind;
  Severity severity = Severity::error;
  std::vector<std::string> tags;
  std::size_t cases = 1;     ///< how often it runs in a phase
  bool before = false;       ///< on the candidate
  bool after = false;        ///< on the live database
  bool verify_only = false;  ///< needs the application: deploy leaves its phase `after` to verify
  std::string skip_reason;   ///< not empty: it is reported as skipped
  std::string left_out;      ///< not empty: why the selection leaves it out

  bool runs() const { return skip_reason.empty() && left_out.empty(); }
};

/// What one phase would run.
struct PhaseTotal {
  std::size_t checks = 0;
  std::size_t results = 0;  ///< each case is one
};

struct Listing {
  std::vector<ListedCheck> checks;  ///< in file order, those that are left out too
  PhaseTotal before;
  PhaseTotal after;
  std::size_t verify_only = 0;  ///< of the checks in `after`
  std::size_t skipped = 0;
  std::size_t left_out = 0;  ///< by the selection
};

/// What a run with this selection would do, without running it. Throws as demand_selected().
Listing list_checks(const Suites& suites, const Selection& selection);

}  // namespace baseline
