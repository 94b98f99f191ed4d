#pragma once

#include <exception>
#include <string>

#include "catalogue/catalogue.hpp"
#include "cli/options.hpp"
#include "config/settings.hpp"
#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"
#include "report/check_run.hpp"
#include "report/style.hpp"
#include "store/store.hpp"

namespace baseline {

/// What every command starts from: options and settings resolved, the store and its catalogue.
struct Invocation {
  const Options& options;
  const Settings& settings;
  Observer& observer;
  Style out;         ///< for stdout
  bool interactive;  ///< a person can be asked
  CheckRun& run;     ///< what --report tells of this run
};

/// A command's whole result: what goes to stdout, and the exit code.
struct CommandResult {
  std::string output;
  int exit_code = 0;
  std::string messages = {};  ///< for stderr
  bool verbatim = false;      ///< the output is a document, whatever the user's locale
};

/// What the user typed, to be typed again in a command that we print.
TypedOptions typed_options(const Invocation& invocation);

/// What a command that has changed something prints for people: the whole text, or with -q, where
/// it went well, only its warnings.
std::string told_to_people(const Invocation& invocation, int exit_code, std::string whole,
                           const std::vector<std::string>& warnings = {});

/// Warns on stderr that the result could not be told, and takes no memory for it.
void warn_untold(const char* why) noexcept;

/// Tells in words what was done, which the exit code tells in any case: whatever is thrown, for
/// want of memory for example, is a warning on stderr. False: then it is not told, or not all.
template <typename Tell>
bool told(const Tell& tell) {
  try {
    tell();
    return true;
  } catch (const std::exception& error) {
    warn_untold(error.what());
    return false;
  }
}

/// The result of a replacement as the settings want it, with its exit code.
CommandResult rendered(const Invocation& invocation, const ReplaceReport& report);

CommandResult run_deploy(const Invocation& invocation);
CommandResult run_verify(const Invocation& invocation);
CommandResult run_rollback(const Invocation& invocation);
CommandResult run_status(const Invocation& invocation);
CommandResult run_recover(const Invocation& invocation);
/// Becomes another program when all is well, and then does not return.
CommandResult run_run(const Invocation& invocation);
CommandResult run_report(const Invocation& invocation);
CommandResult run_history(const Invocation& invocation);
CommandResult run_backups_list(const Invocation& invocation);
CommandResult run_backups_verify(const Invocation& invocation);
CommandResult run_backups_create(const Invocation& invocation);
CommandResult run_backups_export(const Invocation& invocation);
CommandResult run_backups_prune(const Invocation& invocation);
CommandResult run_checks_list(const Invocation& invocation);
CommandResult run_checks_lint(const Invocation& invocation);
CommandResult run_checks_json_schema(const Invocation& invocation);
CommandResult run_config_json_schema(const Invocation& invocation);
CommandResult run_checks_mutate(const Invocation& invocation);
CommandResult run_checks_generate(const Invocation& invocation);
CommandResult run_announce(const Invocation& invocation);
CommandResult run_init(const Invocation& invocation);

/// The whole program but for main's duties. Returns the exit code; prints the result.
int run_program(int argc, const char* const* argv);

}  // namespace baseline
