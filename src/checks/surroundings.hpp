#pragma once

#include <string>
#include <vector>

#include "os/log_position.hpp"

namespace baseline {

/// What checks need to know that look beyond the database.
struct Surroundings {
  std::string database;           ///< absolute path of the live database
  std::vector<LogPosition> logs;  ///< where logs ended when the last deploy began

  /// The record of a log, or null.
  const LogPosition* log(const std::string& path) const;
};

}  // namespace baseline
