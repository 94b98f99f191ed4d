#pragma once

#include <string>
#include <vector>

#include "checks/generate/generate.hpp"

namespace baseline {

/// What `checks generate` made, and where it is.
struct GenerateReport {
  GeneratedSuites suites;
  std::string source;              ///< "built-in 9275fe03c648_initial_baseline.sql", a path
  std::vector<std::string> files;  ///< paths that were written
  std::string next;                ///< the command to type next
};

namespace human_report {
/// Each text ends with a newline.
std::string of(const GenerateReport& report);
/// What is not proven: each reason once, with the checks that it holds for below it.
std::string unproven(const std::vector<SkippedCheck>& checks);
}  // namespace human_report

namespace json_report {
/// The document of `checks generate` (docs/generate.md).
std::string of(const GenerateReport& report);
}  // namespace json_report

}  // namespace baseline
