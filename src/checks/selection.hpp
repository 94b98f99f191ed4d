#pragma once

#include <string>
#include <vector>

#include "checks/suite.hpp"

namespace baseline {

/// Which checks a run takes.
struct Selection {
  std::vector<std::string> only;       ///< globs over "suite/name"; empty: all
  std::vector<std::string> tags;       ///< a check needs one of them; empty: all
  std::vector<std::string> skip_tags;  ///< a check has none of them

  bool takes(const Check& check) const { return left_out(check).empty(); }
  /// Why a run leaves the check out, for people; empty when it takes it.
  std::string left_out(const Check& check) const;
};

/// Throws Error{usage} when a glob or tag fits no check at all, which is a typing error and would
/// silently leave out what it meant, or when together they leave nothing to run.
void demand_selected(const Suites& suites, const Selection& selection);

}  // namespace baseline
