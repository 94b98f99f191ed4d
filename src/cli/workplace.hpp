#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "catalogue/catalogue.hpp"
#include "checks/suite.hpp"
#include "cli/commands.hpp"
#include "os/acting_user.hpp"
#include "pipeline/context.hpp"
#include "pipeline/deploy.hpp"
#include "store/engine.hpp"
#include "store/migration.hpp"

namespace baseline {

/// The store that the settings name, its catalogue, and the context made of them.
class Workplace {
 public:
  explicit Workplace(const Invocation& invocation);

  Store& store() { return *store_; }
  Catalogue& catalogue() { return catalogue_; }
  const Context& context() const { return context_; }

  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

 private:
  std::unique_ptr<Store> store_;
  Catalogue catalogue_;
  Context context_;
};

/// The migration and the suites that the settings name, read and validated: every input error
/// surfaces here, before the disk is touched. They need no database.
class Inputs {
 public:
  explicit Inputs(const Invocation& invocation);

  const Engine& engine() const { return *engine_; }
  const Migration& migration() const { return migration_; }
  Session& reference() const { return *reference_; }
  const Suites& suites() const { return suites_; }
  /// What the suites were loaded from, and how.
  const std::vector<SuiteSource>& sources() const { return sources_; }
  const SuiteOptions& suite_options() const { return suite_options_; }
  const RunOptions& run_options() const { return run_; }
  /// Runs the suites while the application is stopped: what needs it is skipped.
  Judge judge() const;
  /// Runs them while it runs, and waits for what is still to come. `logs`: where the logs ended
  /// when the last deploy began.
  Judge judge_running(std::vector<LogPosition> logs) const;
  /// Runs only what needs the application, which a deploy has just started, and waits for it.
  JudgeRunning judge_started() const;

 private:
  std::optional<AsStartingUser> reads_;  ///< while it is made: its files belong to that user
  std::unique_ptr<Engine> engine_;
  Migration migration_;
  std::unique_ptr<Session> reference_;
  SuiteOptions suite_options_;
  std::vector<SuiteSource> sources_;
  Suites suites_;
  SuiteReport run(Phase phase, Session& subject, RunOptions options) const;
  RunOptions running_options(std::vector<LogPosition> logs) const;

  Observer& observer_;
  RunOptions run_;
  std::string deploy_again_;  ///< what runs the checks `after` of a deploy again, or empty
};

/// The store of a database, which need not exist.
std::unique_ptr<Store> open_store(const std::filesystem::path& database,
                                  EngineChoice choice = EngineChoice::automatic);
/// What the options and settings say about a deploy. The inputs must outlive it.
DeployRequest deploy_request(const Invocation& invocation, const Inputs& inputs);

/// The migration that the settings name, or the one that is built in.
Migration migration_of(const Settings& settings);

/// What the engine can do without a database.
std::unique_ptr<Engine> open_engine();

/// Asks a question on the terminal, behind `text`; "y" and "yes" say yes. Throws Error{refused}
/// when nobody answers within a minute: a terminal may be one at which nobody can (`docker run
/// -t`).
bool ask(const std::string& text, std::string_view question = "Go on?");

}  // namespace baseline
