#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/generate/generate.hpp"

namespace baseline {

/// What `init` made, and where it is.
struct InitReport {
  std::string source;               ///< what it was made from, a path
  std::string revision;             ///< of the migration
  std::vector<std::string> tools;   ///< migration tools whose records the migration keeps
  std::vector<std::string> doubts;  ///< what somebody should look at in them
  std::vector<std::string> files;   ///< paths that were written
  std::size_t tables = 0;
  std::size_t checks = 0;             ///< that run
  std::vector<SkippedCheck> skipped;  ///< what could not be put to the test, and why
  std::vector<std::string> next;      ///< the commands to type next
};

namespace human_report {
/// Each text ends with a newline.
std::string of(const InitReport& report);
}  // namespace human_report

namespace json_report {
/// docs/json.md, "init".
std::string of(const InitReport& report);
}  // namespace json_report

}  // namespace baseline
