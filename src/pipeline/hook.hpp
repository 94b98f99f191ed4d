#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/problem.hpp"

namespace baseline {

/// A command that the application's owner has configured. It is run as it is, without a shell.
struct Hook {
  std::vector<std::string> argv;     ///< variables replaced
  std::vector<std::string> written;  ///< as in the file, for people: variables may be secrets
  std::chrono::milliseconds timeout{120'000};
  std::string source;             ///< "baseline.yaml:7:3"
  std::vector<Problem> problems;  ///< why it cannot be used
};

/// How to stop and start the application that uses the database (docs/configuration.md).
struct Application {
  std::optional<Hook> stop;         ///< before the freeze
  std::optional<Hook> start;        ///< when the new database is live
  std::optional<Hook> revert;       ///< rollback: before the start
  std::filesystem::path directory;  ///< absolute; where they run
};

}  // namespace baseline
