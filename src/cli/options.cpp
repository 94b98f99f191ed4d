#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command_tree.hpp"
#include "cli/help.hpp"

namespace baseline {
namespace {

// Which options a command has.
enum Group : unsigned {
  database_options = 1U << 0U,
  input_options = 1U << 1U,
  backup_options = 1U << 2U,
  wait_options = 1U << 3U,
  selection_options = 1U << 4U,  ///< which checks
  value_options = 1U << 5U,      ///< with what values
  strict_options = 1U << 6U,     ///< how strictly
  run_options = 1U << 7U,        ///< commands may run
  report_options = 1U << 8U,     ///< there is something to report
  always_dry = 1U << 9U,         ///< no option: it is the dry run of its command
  gate_options = 1U << 10U,      ///< it waits unless it is told not to
};

struct CommandRow {
  Command command;
  const char* name;
  const char* parent;  ///< nullptr, or the command that it belongs to
  unsigned groups;
};

constexpr CommandRow kCommandRows[] = {
    // Which checks run cannot be said to deploy: on a part of them it would prove less than it
    // says.
    {Command::deploy, "deploy", nullptr,
     database_options | input_options | backup_options | wait_options | value_options |
         strict_options | run_options | report_options},
    {Command::deploy, "plan", nullptr,
     database_options | input_options | backup_options | wait_options | selection_options |
         value_options | strict_options | run_options | report_options | always_dry},
    {Command::verify, "verify", nullptr,
     database_options | input_options | backup_options | selection_options | value_options |
         strict_options | run_options | report_options},
    {Command::rollback, "rollback", nullptr,
     database_options | backup_options | wait_options | report_options},
    {Command::run, "run", nullptr,
     database_options | input_options | backup_options | wait_options | value_options |
         strict_options | gate_options},
    {Command::status, "status", nullptr, database_options | input_options | backup_options},
    {Command::recover, "recover", nullptr, database_options | backup_options | wait_options},
    {Command::history, "history", nullptr, database_options | backup_options},
    {Command::report, "report", nullptr, database_options | backup_options},
    {Command::backups_list, "list", "backups", database_options | backup_options},
    {Command::backups_verify, "verify", "backups", database_options | backup_options},
    {Command::backups_prune, "prune", "backups", database_options | backup_options | wait_options},
    {Command::backups_export, "export", "backups", database_options | backup_options},
    {Command::backups_create, "create", "backups",
     database_options | backup_options | wait_options},
    {Command::announce, "announce", nullptr, database_options | backup_options},
    {Command::init, "init", nullptr, 0},
    {Command::checks_list, "list", "checks", input_options | selection_options | value_options},
    {Command::checks_lint, "lint", "checks", input_options | value_options},
    {Command::checks_generate, "generate", "checks", 0},
    {Command::checks_mutate, "mutate", "checks",
     input_options | selection_options | value_options | strict_options},
    {Command::checks_json_schema, "json-schema", "checks", 0},
    {Command::config_json_schema, "json-schema", "config", 0},
};

// A schema is JSON, and nothing can be said about it.
bool is_schema(Command command) {
  return command == Command::checks_json_schema || command == Command::config_json_schema;
}

// CLI::Range would let "nan" pass, which is neither too small nor too large.
std::string percentage(const std::string& text) {
  double share = -1;
  const bool good = CLI::detail::lexical_cast(text, share) && share >= 0 && share <= 100;
  return good ? std::string() : fmt::format("'{}' is no share from 0 to 100", printable(text));
}

std::string positive(const std::string& text) {
  std::size_t number = 0;
  constexpr std::size_t kMost =
      10'000;  // no machine has more processors, no schema so many changes
  const bool good = text.find('-') == std::string::npos &&
                    CLI::detail::lexical_cast(text, number) && number >= 1 && number <= kMost;
  return good ? std::string()
              : fmt::format("'{}' is no whole number from 1 to {}", printable(text), kMost);
}

// Without the words in the name of the type, which has them already.
CLI::Validator one_of_words(std::vector<std::string> words) {
  return CLI::IsMember(std::move(words)).description("");
}

// The command that others belong to, as in `backups list`; made when the first of them needs it.
CLI::App& group(CLI::App& app, const std::string& name) {
  const auto found = app.get_subcommands([&](CLI::App* sub) { return sub->get_name() == name; });
  if (!found.empty()) return *found.front();
  CLI::App* const made = app.add_subcommand(name, std::string(help::of(name).purpose));
  made->require_subcommand(1);
  made->footer(std::string(help::of(name).footer));
  return *made;
}

void add_settings(CLI::App& app, unsigned groups, Options& options) {
  RawOptions& raw = options.settings;
  const auto text = [&app](const char* name, std::string& value, const char* type,
                           const std::string& help) {
    return app.add_option(name, value, help)->type_name(type)->group("Options");
  };
  text("-c,--config", raw.config, "FILE",
       "The configuration [env: BASELINE_CONFIG] [default: ./baseline.yaml if it is there]");
  if ((groups & database_options) != 0) {
    text("-d,--database", raw.database, "PATH", "The database file [env: DATABASE_PATH]");
  }
  if ((groups & input_options) != 0) {
    text("-m,--migration", raw.migration, "FILE",
         "The baseline migration, REVISION_slug.sql [env: BASELINE_MIGRATION] [default: built in]");
    app.add_option("--checks", raw.checks,
                   "A suite of checks, or a directory of them; repeatable [env: BASELINE_CHECKS] "
                   "[default: built in]")
        ->type_name("FILE|DIR")
        ->allow_extra_args(false)
        ->group("Options");
  }
  if ((groups & backup_options) != 0) {
    text("--backups", raw.backups, "DIR",
         "Where the backups are kept [env: BASELINE_BACKUPS] [default: PATH.backups beside the "
         "database]");
  }
  if ((groups & wait_options) != 0) {
    text("--wait", raw.wait, "DURATION",
         fmt::format("How long to wait for another run, or for the application to let go: 500ms, "
                     "30s, 5m [env: BASELINE_WAIT] [default: {}]",
                     (groups & gate_options) != 0 ? "60s" : "0s"));
  }
}

void add_output(CLI::App& app, Options& options) {
  const auto* const group = "Output";
  app.add_option("--format", options.settings.format,
                 "What stdout carries [env: BASELINE_FORMAT] [default: human]")
      ->type_name("human|json")
      ->group(group);
  app.add_option("--color", options.colour,
                 "Whether to use colours; auto: on a terminal [env: NO_COLOR] [default: auto]")
      ->type_name("auto|always|never")
      ->check(one_of_words({"auto", "always", "never"}))
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "No notes, no progress; no summary of what went well")
      ->group(group);
  app.add_flag("-v,--verbose", options.verbose, "Show the steps with their times")->group(group);
}

CLI::Option* add_repeatable(CLI::App& app, const char* name, std::vector<std::string>& values,
                            const char* type, const char* help) {
  return app.add_option(name, values, help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->group("Checks");
}

void add_checks(CLI::App& app, unsigned groups, Options& options) {
  if ((groups & selection_options) != 0) {
    add_repeatable(app, "--only", options.only, "GLOB",
                   "Only the checks whose SUITE/NAME matches; repeatable");
    add_repeatable(app, "--tag", options.tags, "TAG", "Only the checks with this tag; repeatable");
    add_repeatable(app, "--skip-tag", options.skip_tags, "TAG",
                   "Not the checks with this tag; repeatable");
  }
  if ((groups & value_options) != 0) {
    add_repeatable(app, "--var", options.vars, "NAME=VALUE",
                   "A value for a var of the suites, before the environment's; repeatable");
  }
  if ((groups & strict_options) != 0) {
    app.add_flag("--strict", options.settings.strict, "Let warnings fail, too")->group("Checks");
  }
  if ((groups & run_options) != 0) {
    app.add_flag(
           "--allow-commands", options.settings.allow_commands,
           "Let checks run the commands that the suites name; without it such suites are refused")
        ->group("Checks");
  }
  if ((groups & report_options) != 0) {
    add_repeatable(app, "--report", options.reports, "KIND=FILE",
                   "Write the results as html (a page), junit, tap, json, prometheus or github, "
                   "too; - is stdout; repeatable")
        ->group("Output");
  }
}

void add_own(CLI::App& app, const CommandRow& row, Options& options) {
  const auto* const group = "Options";
  RawOptions& raw = options.settings;
  const auto engine = [&] {
    app.add_option("--engine", raw.engine,
                   "How the new database takes the old one's place; auto: swap, where that is safe "
                   "[env: BASELINE_ENGINE] [default: auto]")
        ->type_name("auto|swap|in-place")
        ->group(group);
  };
  const auto yes = [&] {
    app.add_flag("-y,--yes", options.yes, "Do not ask before the swap")->group(group);
  };
  const auto replace_any = [&] {
    app.add_flag("--replace-any", options.replace_any,
                 "Also where another application's database would be replaced, or put back")
        ->group(group);
  };
  const auto seal = [&] {
    app.add_option("--seal", raw.seal,
                   "When the backup gets its SHA-256: later ends the run at once, and backups "
                   "verify seals it [env: BASELINE_SEAL] [default: now]")
        ->type_name("now|later")
        ->group(group);
  };
  switch (row.command) {
    case Command::deploy:
      app.add_option("--backup", raw.backup,
                     "How the old database is kept: the file itself, or a copy of it "
                     "[env: BASELINE_BACKUP] [default: auto]")
          ->type_name("auto|move|copy")
          ->group(group);
      seal();
      engine();
      app.add_option("--on-failure", raw.on_failure,
                     "What to do after a failed check on the live database "
                     "[env: BASELINE_ON_FAILURE] [default: rollback]")
          ->type_name("rollback|keep")
          ->group(group);
      app.add_option("--old-unreadable", options.old_unreadable,
                     "Keep an old database that SQLite cannot read as it is, and go on")
          ->type_name("backup")
          ->check(one_of_words({"backup"}))
          ->group(group);
      app.add_flag("--again", options.again,
                   "Replace even a database that this migration was deployed to")
          ->group(group);
      replace_any();
      app.add_flag("--dry-run", options.dry_run, "Show what would happen; change nothing")
          ->group(group);
      yes();
      break;
    case Command::verify:
      break;
    case Command::run:
      app.add_option("--on-start", raw.on_start,
                     "What to do before the command [env: BASELINE_ON_START] [default: verify]")
          ->type_name("verify|deploy|skip")
          ->group(group);
      app.add_flag("--wipe-old", options.wipe_old,
                   "With deploy: an old database becomes a backup, too")
          ->group(group);
      app.add_flag("--allow-commands", raw.allow_commands,
                   "Let checks run the commands that the suites name")
          ->group("Checks");
      break;
    case Command::rollback:
      app.add_option("--to", options.to,
                     "The backup to put back [default: what the last deploy replaced]")
          ->type_name("ID")
          ->group(group);
      app.add_option("--from", options.from,
                     "A database file from elsewhere to put back, also packed with zstd; it stays "
                     "as it is")
          ->type_name("FILE")
          ->excludes("--to")
          ->group(group);
      app.add_flag("--move", options.move,
                   "Move the backup itself into place: constant time, the backup is used up")
          ->excludes("--from")
          ->group(group);
      app.add_flag("--again", options.again, "Also when the last run has put just this back")
          ->group(group);
      replace_any();
      seal();
      engine();
      app.add_flag("--dry-run", options.dry_run, "Show what would happen; change nothing")
          ->group(group);
      yes();
      break;
    case Command::checks_mutate:
      app.add_option("--min", options.min,
                     "Exit with 1 when the suites kill less than this share of the mutants")
          ->type_name("PERCENT")
          ->check(percentage)
          ->group(group);
      app.add_option("--sample", options.sample,
                     "Try only so many of the mutants, spread evenly over the migration")
          ->type_name("N")
          ->check(positive)
          ->group(group);
      app.add_option("-j,--jobs", options.jobs,
                     "Try so many mutants at the same time [default: one for each processor]")
          ->type_name("N")
          ->check(positive)
          ->group(group);
      break;
    case Command::checks_generate:
      app.add_option(
             "-m,--migration", raw.migration,
             "The migration whose schema it is [env: BASELINE_MIGRATION] [default: built in]")
          ->type_name("FILE")
          ->group(group);
      app.add_option("-d,--database", raw.database,
                     "Or the database whose schema it is; it is only read, and may be in use")
          ->type_name("PATH")
          ->group(group);
      app.add_option("-o,--output", options.output, "The directory for the suites; made if missing")
          ->type_name("DIR")
          ->required()
          ->group(group);
      break;
    case Command::init:
      app.add_option("-d,--database", raw.database,
                     "The application's database; it is only read, and may be in use")
          ->type_name("PATH")
          ->group(group);
      app.add_option("-m,--migration", raw.migration, "Or the SQL that makes it, REVISION_slug.sql")
          ->type_name("FILE")
          ->group(group);
      app.add_option("-o,--output", options.output, "The directory to write into; made if missing")
          ->type_name("DIR")
          ->default_str(".")
          ->group(group);
      break;
    case Command::announce:
      add_announce_options(app, options);
      break;
    case Command::status:
      app.add_flag("--exit-code", options.exit_code,
                   "Exit with 1 unless the database is at the baseline and nothing was interrupted")
          ->group(group);
      break;
    case Command::recover:
      app.add_flag("--start", options.start, "Then start the application, as it is configured")
          ->group(group);
      break;
    case Command::report:
      app.add_option("ID", options.id, "The run, as history shows it [default: the newest]")
          ->type_name("RUN");
      app.add_option("-o,--output", options.output,
                     "The file for the page; what is there is replaced [default: stdout]")
          ->type_name("FILE")
          ->group(group);
      break;
    case Command::history:
    case Command::backups_list:
    case Command::backups_verify:
    case Command::backups_create:
    case Command::backups_export:
    case Command::backups_prune:
    case Command::checks_list:
    case Command::checks_json_schema:
    case Command::config_json_schema:
      break;
    case Command::checks_lint:
      app.add_flag("--strict", options.settings.strict,
                   "Fail on warnings and uncovered constraints, too")
          ->group("Checks");
      break;
  }
}

}  // namespace

void add_commands(CLI::App& app, Options& options,
                  const std::function<bool(std::string_view name)>& wanted) {
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "Show this help");  // the commands take it over
  for (const CommandRow& row : kCommandRows) {
    if (wanted && !wanted(row.name)) continue;
    CLI::App& parent = row.parent == nullptr ? app : group(app, row.parent);
    const std::string full =
        row.parent == nullptr ? row.name : fmt::format("{} {}", row.parent, row.name);
    const help::CommandHelp& text = help::of(full);
    CLI::App* const sub = parent.add_subcommand(row.name, std::string(text.purpose));
    sub->footer(std::string(text.footer));
    if (!is_schema(row.command)) add_settings(*sub, row.groups, options);
    add_own(*sub, row, options);
    add_backups_options(*sub, row.command, options);
    add_checks(*sub, row.groups, options);
    if (!is_schema(row.command)) add_output(*sub, options);
    sub->callback([&options, &row] {
      options.command = row.command;
      if ((row.groups & always_dry) != 0) options.dry_run = true;
      options.runs_suites = (row.groups & run_options) != 0;
      options.settings.reads_config = !is_schema(row.command);
    });
  }
  if (wanted) return;  // the rest is about all of them
  const help::CommandHelp& completion = help::of("completion");
  CLI::App* const scripts = app.add_subcommand("completion", std::string(completion.purpose));
  scripts->footer(std::string(completion.footer));
  scripts->add_option("SHELL", options.shell, "bash, zsh or fish")
      ->type_name("bash|zsh|fish")
      ->required();
  // Its words are taken before anything is parsed.
  app.add_subcommand("help", std::string(help::of("help").purpose))
      ->footer(std::string(help::of("help").footer));
}

bool Options::only_looks() const {
  switch (command) {
    case Command::deploy:
    case Command::rollback:
    case Command::backups_prune:
      return dry_run;
    case Command::announce:
      return !announce.send;
    case Command::report:
      return output.empty() || output == "-";
    case Command::run:
    case Command::recover:
    case Command::backups_create:
    case Command::backups_export:
    case Command::backups_verify:
    case Command::checks_generate:
    case Command::init:
      return false;
    case Command::verify:
    case Command::status:
    case Command::history:
    case Command::backups_list:
    case Command::checks_list:
    case Command::checks_lint:
    case Command::checks_mutate:
    case Command::checks_json_schema:
    case Command::config_json_schema:
      return true;
  }
  return true;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  // Without a filter CLI11 names those that the parsed line has.
  return app.get_subcommands([](const CLI::App*) { return true; });
}

}  // namespace baseline
