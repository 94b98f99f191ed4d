#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "checks/result.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Why a run came to no verdict.
struct RunProblem {
  std::string kind;  ///< "in use", "refused", …; "interrupted", "declined", "unfinished"
  std::string message;
  std::string hint;
  std::vector<std::string> notes;
  std::vector<std::string> problems;  ///< errors of input files, each a whole line
};

/// What the reports of --report tell about a run (docs/reports.md), however it ended. Filled while
/// the run goes on; renderers only read it.
struct CheckRun {
  std::string command;   ///< "deploy", "plan", "verify"
  std::string database;  ///< empty until it is known
  std::string engine;    ///< "SQLite 3.40.1"; empty until it is known
  std::chrono::system_clock::time_point started;
  std::chrono::nanoseconds took{};
  std::vector<SuiteReport> phases;  ///< those that ran, in their order
  std::string outcome;              ///< word_of(Outcome), or "error", "interrupted", "unfinished"
  std::string idle;                 ///< why a run that went well had nothing to check, or empty
  std::optional<RunProblem> problem;
  std::optional<int> exit_code;  ///< none as long as the run has not ended
};

/// "done", "checks failed", …: how a command ended, in documents for programs.
std::string_view word_of(Outcome outcome);

/// Fill in how the run ended.
void conclude(CheckRun& run, const ReplaceReport& report);
void conclude(CheckRun& run, const VerifyReport& report);
void conclude(CheckRun& run, const Error& error);
/// `text`: what an interruption means for the database.
void conclude(CheckRun& run, const Interrupted& interrupted, const std::string& text);

/// The run as it is told of before its end, for whoever finds a report of a run that was cut off.
CheckRun unfinished(CheckRun run);

}  // namespace baseline
