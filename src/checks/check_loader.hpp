#pragma once

#include <map>
#include <memory>
#include <string>

#include "checks/check.hpp"
#include "checks/suite_scope.hpp"

namespace baseline {

/// The names of the checks of a file, with where each was given.
using CheckNames = std::map<std::string, yaml::Place>;

/// Reads one element of `checks`. Null, and problems, when it is wrong.
std::unique_ptr<Check> load_check(const yaml::Node& node, SuiteScope& scope, CheckNames& names);

}  // namespace baseline
