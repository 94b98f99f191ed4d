#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace baseline {

/// The steps of a run, in the words of the manual (docs/ARCHITECTURE.md, "The way of a deploy").
enum class Step {
  look,             ///< look at the path and the old database
  recover,          ///< finish or undo an interrupted run
  stage,            ///< build the candidate
  check_candidate,  ///< judge it before it goes live
  freeze,           ///< make the old database one file that nobody uses
  copy,             ///< copy the old database into the catalogue
  swap,             ///< exchange candidate and live
  check_live,       ///< judge the live database
  swap_back,        ///< undo the exchange
  seal,             ///< hash the old database and put it into the catalogue
  back_up,          ///< copy a database that may be in use
  export_backup,    ///< write a backup into a file elsewhere
  second_copy,      ///< copy a sealed backup to another disk
  verify_backups,   ///< compare backups with their seals
  stop_application,
  start_application,
  revert_application,  ///< put its old version back
  try_mutants,         ///< run the suites on each mutant of the migration
};

/// Whom the core tells what it does. Nothing below report/ prints.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void step_started(Step step) = 0;
  /// `good`: false when the step ended in an error, or what it judged did not pass.
  virtual void step_finished(Step step, std::chrono::nanoseconds took, bool good) = 0;
  /// Bytes done of a long step, or mutants; may be called often.
  virtual void progress(Step step, std::uint64_t done, std::uint64_t total) = 0;
  /// Told again and again while the run waits for something outside: "3 checks".
  virtual void waiting(std::string_view /*what*/) {}
  /// The history has a line of this run now; `run` is its names::run_key().
  virtual void recorded(std::string_view /*run*/) {}
  /// The new database is live and good: the application may be started, by hand. What is left to do
  /// is about the backup, and may take long.
  virtual void ready() {}
  /// Something worth knowing that is not a problem.
  virtual void note(std::string_view text) = 0;
  /// Something the operator should look at; the run goes on.
  virtual void warning(std::string_view text) = 0;
  /// Nothing more will be told, and another program takes over where it was told.
  virtual void done() {}
};

}  // namespace baseline
