#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/announce_options.hpp"
#include "cli/backups_options.hpp"
#include "config/settings.hpp"

namespace baseline {

enum class Command {
  deploy,
  verify,
  rollback,
  run,
  status,
  recover,
  history,
  report,
  backups_list,
  backups_verify,
  backups_create,
  backups_export,
  backups_prune,
  checks_list,
  checks_lint,
  checks_generate,
  checks_mutate,
  checks_json_schema,
  announce,
  init,
  config_json_schema,
};

/// The command line, parsed but not yet resolved against environment and defaults.
struct Options {
  Command command = Command::status;
  RawOptions settings;
  std::vector<std::string> only;
  std::vector<std::string> tags;
  std::vector<std::string> skip_tags;
  std::vector<std::string> vars;      ///< NAME=VALUE
  std::vector<std::string> reports;   ///< KIND=FILE
  bool runs_suites = false;           ///< else commands of checks need no permission, for none runs
  std::optional<double> min;          ///< share of mutants to kill, in per cent
  std::optional<std::size_t> sample;  ///< how many mutants to try
  std::optional<std::size_t> jobs;    ///< mutants tried at the same time
  bool dry_run = false;
  bool again = false;
  bool replace_any = false;
  bool move = false;
  bool exit_code = false;  ///< status tells with its exit code, too
  bool start = false;
  bool wipe_old = false;
  std::vector<std::string> words;  ///< run: the command to become
  bool yes = false;
  std::string to;
  std::string from;
  std::string old_unreadable;
  std::string output;  ///< a directory; report: a file
  std::string id;      ///< report: which run
  BackupsOptions backups;
  AnnounceOptions announce;
  bool quiet = false;
  int verbose = 0;
  std::string colour = "auto";
  std::string shell;  ///< completion

  /// Whether what is printed and reported is all that comes of it: nothing is changed, and no file
  /// is made that was asked for.
  bool only_looks() const;
};

/// What parsing ended with, when it is not a command to run.
struct HelpText {
  std::string text;
  bool version = false;  ///< the version was asked for; there is no text
};

/// Parses the arguments. Returns help instead when that, or the version, was asked for. Throws
/// Error{usage} on anything that is not understood.
std::optional<HelpText> parse_options(int argc, const char* const* argv, Options& options);

/// Whether the arguments ask for JSON, told before they are parsed: an error in them has to be
/// reported in the right form.
bool asks_for_json(int argc, const char* const* argv);

}  // namespace baseline
