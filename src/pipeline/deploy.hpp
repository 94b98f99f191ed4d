#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalogue/keep_rule.hpp"
#include "checks/runner.hpp"
#include "checks/suite.hpp"
#include "pipeline/context.hpp"
#include "pipeline/hook.hpp"
#include "pipeline/replaces.hpp"
#include "pipeline/reports.hpp"
#include "store/migration.hpp"
#include "store/schema.hpp"

namespace baseline {

/// Judges a database in one phase. Built by whoever knows the suites; see judge_with().
using Judge = std::function<SuiteReport(Phase phase, Session& subject)>;

/// Runs only the checks that need the running application. `logs`: where its logs ended when it was
/// stopped.
using JudgeRunning = std::function<SuiteReport(Session& subject, std::vector<LogPosition> logs)>;

/// What to deploy and how. Everything was read and validated before: no input error comes later.
struct DeployRequest {
  const Migration& migration;
  Session& reference;  ///< the migration applied in memory
  const Suites& suites;
  Judge judge;
  /// The reference as it takes the place of a file with these settings; null when it is so already.
  /// May be empty: then they are not carried over.
  std::function<std::unique_ptr<Session>(const FileSettings& old)> adapt = {};
  bool dry_run = false;
  bool again = false;        ///< replace even a database that the migration was deployed to
  bool replace_any = false;  ///< and one that is none of `replaces`
  Replaces replaces = {};
  bool keep_on_failure = false;  ///< a failed `after` check leaves the new database in place
  std::string left_out = {};     ///< see Engine::left_out()
  bool as_found = false;         ///< keep an old database that cannot be read as it is
  BackupChoice backup = BackupChoice::automatic;
  Sealing sealing = Sealing::now;
  KeepRule keep = {};  ///< which backups to keep after a deploy that succeeded; says nothing: all
  std::chrono::milliseconds wait{0};
  bool is_gate = false;          ///< the caller starts the application, when the deploy has ended
  Application application = {};  ///< without commands: it is stopped and started by hand
  /// Runs the checks that need the application, once it was started. May be empty.
  JudgeRunning judge_running = {};
  /// Asked once what will leave, before anything is changed; false stops the run.
  std::function<bool(const ReplaceReport& plan)> confirm = {};
  /// Told the results of each phase as soon as they are there, those of the phase `after` once more
  /// when the application was started: a run that ends in an Error later
  /// has no report to look them up in.
  std::function<void(const SuiteReport&)> judged = {};
};

/// Replaces the database by the baseline (docs/ARCHITECTURE.md, "The way of a deploy"). Throws
/// Error or Interrupted with the old database in place, Error{needs_person} when it is not.
ReplaceReport deploy(const DeployRequest& request, const Context& context);

/// Whether a database is what the migration declares: the same schema and, as far as the migration
/// sets them, the same numbers and the same records of its migration tool.
struct Comparison {
  bool at_baseline = false;
  std::vector<SchemaDifference> drift;
};
Comparison compare(Session& reference, const DatabaseFacts& facts, const Suites& suites);
/// `ignored`: globs of objects that may differ.
Comparison compare(Session& reference, const DatabaseFacts& facts,
                   std::span<const std::string> ignored);

}  // namespace baseline
