#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/problem.hpp"
#include "checks/suite.hpp"
#include "store/schema.hpp"

namespace baseline {

/// What the suites of one run share while they are loaded.
struct LoadContext {
  Session& reference;  ///< the baseline, in memory
  const ApplyMigration& apply;
  const SuiteOptions& options;
  bool built_in = false;  ///< the suite that is being loaded is: so are the files that it names
  std::vector<Problem> warnings = {};
  std::vector<Problem> remarks = {};       ///< for `checks lint` only
  std::set<std::string> vars = {};         ///< that the files declare
  std::optional<Schema> schema = {};       ///< of the reference, once somebody asked for it
  std::vector<std::string> commands = {};  ///< the checks that run one: "a.yaml:9:5 (NAME)"
};

}  // namespace baseline
