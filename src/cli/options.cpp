#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
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
  run_options = 1U << 7U,        ///< commands may run, and there is something to report
};

struct CommandRow {
  Command command;
  const char* name;
  const char* parent;  ///< nullptr, or the command that it belongs to
  unsigned groups;
};

constexpr CommandRow kCommands[] = {
    // Which checks run cannot be said to deploy: on a part of them it would prove less than it
    // says.
    {Command::deploy, "deploy", nullptr,
     database_options | input_options | backup_options | wait_options | value_options |
         strict_options | run_options},
    {Command::deploy, "plan", nullptr,
     database_options | input_options | backup_options | wait_options | selection_options |
         value_options | strict_options | run_options},
    {Command::verify, "verify", nullptr,
     database_options | input_options | backup_options | selection_options | value_options |
         strict_options | run_options},
    {Command::rollback, "rollback", nullptr, database_options | backup_options | wait_options},
    {Command::run, "run", nullptr,
     database_options | input_options | backup_options | wait_options | value_options |
         strict_options},
    {Command::status, "status", nullptr, database_options | input_options | backup_options},
    {Command::recover, "recover", nullptr, database_options | backup_options | wait_options},
    {Command::history, "history", nullptr, database_options | backup_options},
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
                           const char* help) {
    return app.add_option(name, value, help)->type_name(type)->group("Options");
  };
  text("-c,--config", raw.config, "FILE",
       "The configuration (BASELINE_CONFIG) [./baseline.yaml if it is there]");
  if ((groups & database_options) != 0) {
    text("-d,--database", raw.database, "PATH", "The database file (DATABASE_PATH)");
  }
  if ((groups & input_options) != 0) {
    text("-m,--migration", raw.migration, "FILE",
         "The baseline migration, REVISION_slug.sql (BASELINE_MIGRATION) [built in]");
    app.add_option("--checks", raw.checks,
                   "A suite of checks, or a directory of them; repeatable (BASELINE_CHECKS) "
                   "[built in]")
        ->type_name("FILE|DIR")
        ->allow_extra_args(false)
        ->group("Options");
  }
  if ((groups & backup_options) != 0) {
    text("--backups", raw.backups, "DIR",
         "Where the backups are kept (BASELINE_BACKUPS) [PATH.backups beside the database]");
  }
  if ((groups & wait_options) != 0) {
    text("--wait", raw.wait, "DURATION",
         "How long to wait for another run, or for the application to let go: 500ms, 30s, 5m "
         "(BASELINE_WAIT) [0s]");
  }
}

void add_output(CLI::App& app, Options& options) {
  const auto* const group = "Output";
  app.add_option("--format", options.settings.format,
                 "What stdout carries: human or json (BASELINE_FORMAT) [human]")
      ->type_name("FORMAT")
      ->group(group);
  app.add_option("--color", options.colour, "auto, always or never (NO_COLOR) [auto]")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "No notes, no progress")->group(group);
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
    add_repeatable(app, "--report", options.reports, "KIND=FILE",
                   "Write the results as junit, tap, json, prometheus or github, too; - is stdout; "
                   "repeatable")
        ->group("Output");
  }
}

void add_own(CLI::App& app, const CommandRow& row, Options& options) {
  const auto* const group = "Options";
  RawOptions& raw = options.settings;
  const auto engine = [&] {
    app.add_option("--engine", raw.engine,
                   "How the new database takes the old one's place: auto, swap or in-place "
                   "(BASELINE_ENGINE) [auto: swap, where that is safe]")
        ->type_name("HOW")
        ->group(group);
  };
  const auto yes = [&] {
    app.add_flag("-y,--yes", options.yes, "Do not ask before the swap")->group(group);
  };
  switch (row.command) {
    case Command::deploy:
      app.add_option("--backup", raw.backup,
                     "How the old database is kept: auto, move or copy (BASELINE_BACKUP) [auto]")
          ->type_name("HOW")
          ->group(group);
      engine();
      app.add_option("--on-failure", raw.on_failure,
                     "After a failed check on the live database: rollback or keep "
                     "(BASELINE_ON_FAILURE) [rollback]")
          ->type_name("WHAT")
          ->group(group);
      app.add_option("--old-unreadable", options.old_unreadable,
                     "'backup': keep an old database that SQLite cannot read as it is, and go on")
          ->type_name("WHAT")
          ->check(CLI::IsMember({"backup"}))
          ->group(group);
      app.add_flag("--again", options.again, "Replace even a database that is at the baseline")
          ->group(group);
      app.add_flag("--dry-run", options.dry_run, "Show what would happen; change nothing")
          ->group(group);
      yes();
      break;
    case Command::verify:
      break;
    case Command::run:
      app.add_option("--on-start", raw.on_start,
                     "Before the command: verify, deploy or skip (BASELINE_ON_START) [verify]")
          ->type_name("WHAT")
          ->group(group);
      app.add_flag("--wipe-old", options.wipe_old,
                   "With deploy: an old database becomes a backup, too")
          ->group(group);
      app.add_flag("--allow-commands", raw.allow_commands,
                   "Let checks run the commands that the suites name")
          ->group("Checks");
      break;
    case Command::rollback:
      app.add_option("--to", options.to, "The backup to put back [the one made last]")
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
      break;
    case Command::checks_generate:
      app.add_option("-m,--migration", raw.migration,
                     "The migration whose schema it is (BASELINE_MIGRATION) [built in]")
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

std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(sub->get_name());
  }
  return words;
}

// CLI11 names a subcommand without what stands before it.
class FullUsage final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    for (const CLI::App* parent = app->get_parent(); parent != nullptr;
         parent = parent->get_parent()) {
      name.insert(0, parent->get_name() + " ");
    }
    return CLI::Formatter::make_usage(app, name);
  }
};

// A word where a command has to stand. CLI11 would only say that a command is required.
void demand_known_command(const CLI::App& app, int argc, const char* const* argv, int at) {
  if (at >= argc) return;
  const std::string word = argv[at];
  if (word == "-h" || word == "--help" || word == "--version") return;
  if (!word.empty() && word.front() == '-') {
    throw Error(ErrorCode::usage,
                fmt::format("unknown option '{}' before a command", printable(word)),
                "the command comes first: baseline COMMAND --option; baseline --help lists them");
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (sub->get_name() != word) continue;
    const bool has_commands = !sub->get_subcommands([](const CLI::App*) { return true; }).empty();
    if (has_commands) demand_known_command(*sub, argc, argv, at + 1);
    return;
  }
  const auto suggestion = did_you_mean(word, known_words(app));
  throw Error(ErrorCode::usage, fmt::format("unknown command '{}'", printable(word)),
              suggestion ? fmt::format("did you mean '{}'?", *suggestion)
                         : "baseline --help lists the commands");
}

// CLI11's sentence, as ours: no capital at the start, no stop at the end.
std::string sentence(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return printable(text);
}

const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

[[noreturn]] void throw_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& where = deepest(app);
  std::string path = where.get_name();
  if (where.get_parent() != nullptr && where.get_parent()->get_parent() != nullptr) {
    path = where.get_parent()->get_name() + " " + path;
  }
  const std::string help = path == "baseline" ? "baseline --help" : "baseline " + path + " --help";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = app.remaining(true);
    const std::string word = extras.empty() ? "" : extras.front();
    const auto suggestion = did_you_mean(word, known_words(where));
    const bool is_option = word.rfind('-', 0) == 0;
    throw Error(ErrorCode::usage,
                fmt::format("unknown {} '{}'", is_option ? "option" : "argument", printable(word)),
                suggestion ? fmt::format("did you mean '{}'?", *suggestion) : "see " + help);
  }
  throw Error(ErrorCode::usage, sentence(error.what()), "see " + help);
}

// What stands behind `--` of `run` is another program's, and none of our options. Returns how many
// arguments are ours.
int take_words(int argc, const char* const* argv, Options& options) {
  if (argc < 2 || std::string_view(argv[1]) != "run") return argc;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    options.words.assign(argv + i + 1, argv + argc);
    return i;
  }
  return argc;
}

}  // namespace

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") break;  // what follows are the words of another command
    constexpr std::string_view kOption = "--format";
    if (word == kOption && i + 1 < argc) return std::string_view(argv[i + 1]) == "json";
    if (word.starts_with("--format=")) return word.substr(kOption.size() + 1) == "json";
  }
  const auto variable = process_environment()("BASELINE_FORMAT");
  return variable == "json";
}

std::optional<HelpText> parse_options(int argc, const char* const* argv, Options& options) {
  CLI::App app{std::string(help::purpose()), "baseline"};
  app.set_version_flag("--version", std::string(version()),
                       "Version, commit and SQLite, also with --format json");
  app.footer(std::string(help::footer()));
  app.require_subcommand(1);
  constexpr std::size_t kOptionColumn = 30;
  const auto formatter = std::make_shared<FullUsage>();
  formatter->column_width(kOptionColumn);
  app.formatter(formatter);
  for (const CommandRow& row : kCommands) {
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
      options.runs_suites = (row.groups & run_options) != 0;
      options.settings.reads_config = !is_schema(row.command);
    });
  }

  demand_known_command(app, argc, argv, 1);
  argc = take_words(argc, argv, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return HelpText{deepest(app).help(), false};
  } catch (const CLI::CallForAllHelp&) {
    return HelpText{app.help("", CLI::AppFormatMode::All), false};
  } catch (const CLI::CallForVersion&) {
    return HelpText{{}, true};
  } catch (const CLI::ParseError& error) {
    if (argc == 1) return HelpText{app.help(), false};
    throw_usage(app, error);
  }
  if (app.got_subcommand("plan")) options.dry_run = true;
  if (options.command == Command::run) {
    options.settings.gate = true;
    if (options.words.empty()) {
      throw Error(ErrorCode::usage, "run needs a command",
                  "write it after two dashes: baseline run -- python bot.py");
    }
  }
  // What runs nothing may read suites that run commands.
  if (options.command == Command::checks_list || options.command == Command::checks_lint) {
    options.settings.allow_commands = true;
  }
  return {};
}

}  // namespace baseline
