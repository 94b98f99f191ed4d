#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/observer.hpp"
#include "checks/result.hpp"
#include "pipeline/reports.hpp"
#include "store/schema.hpp"

namespace baseline {

/// Why a run came to no verdict.
struct RunProblem {
  std::string kind;  ///< "in use", "refused", …; "interrupted", "declined", "unfinished"
  std::string message;
  std::string hint;
  std::vector<std::string> notes;
  std::vector<Problem> problems;  ///< errors of input files
};

/// A step of a run with its time.
struct TimedStep {
  Step step = Step::look;
  int depth = 0;                                 ///< how many steps it is part of
  std::chrono::nanoseconds start{};              ///< since the run began
  std::optional<std::chrono::nanoseconds> took;  ///< none: it has not ended
  bool good = true;  ///< false: it ended in an error, or what it judged did not pass
};

/// Two schemas to be shown side by side.
struct SchemaPair {
  std::string left_title;   ///< "the old database", "the baseline"
  std::string right_title;  ///< "the new database", "the live database"
  std::optional<Schema> left;
  std::optional<Schema> right;
};

/// What the reports of --report tell about a run (docs/reports.md), however it ended. Filled while
/// the run goes on; renderers only read it.
struct CheckRun {
  std::string command;   ///< "deploy", "plan", "verify", "rollback"
  std::string database;  ///< empty until it is known
  std::string engine;    ///< "SQLite 3.40.1"; empty until it is known
  std::chrono::system_clock::time_point started;
  std::chrono::nanoseconds took{};
  std::vector<SuiteReport> phases;  ///< those that ran, in their order
  std::string outcome;              ///< word_of(Outcome), or "error", "interrupted", "unfinished"
  std::string idle;                 ///< why a run that went well had nothing to check, or empty
  std::optional<RunProblem> problem;
  std::optional<int> exit_code;  ///< none as long as the run has not ended

  // What the page tells beyond the checks (report/run_document.hpp).
  std::string run;                        ///< its key in the history; empty: it left no line there
  std::filesystem::path catalogue;        ///< empty until it is known
  Owners owners;                          ///< whose files are obeyed there
  std::vector<TimedStep> steps;           ///< in the order in which they began
  std::vector<std::string> notes;         ///< as the operator was told them
  std::vector<std::string> warnings;      ///< the same
  std::optional<ReplaceReport> replaced;  ///< none when it ended in an error
  std::optional<SchemaPair> schemas;
  bool shows_schemas = false;  ///< they are wanted, even if the run itself does not need them
  std::string place;  ///< options that name database, catalogue and configuration from anywhere
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
