#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/child_text.hpp"
#include "config/database_path.hpp"
#include "config/file_keys.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

struct Text {
  std::string value;
  Origin origin = Origin::builtin;
  std::string source = "built in";
};

// Where a setting may come from, in this order.
struct Place {
  const char* option;
  const char* variable;  // or nullptr
  const char* key;       // in the configuration file
};

/// Looks a setting up in all its places.
class Sources {
 public:
  Sources(const Environment& environment, const ConfigFile& file)
      : environment_(environment), file_(file) {}

  Text text(const std::string& option, const Place& place) const {
    if (!option.empty()) return {option, Origin::option, place.option};
    if (const auto value = variable(place)) return {*value, Origin::environment, place.variable};
    if (const auto* value = in_file(place)) {
      return {value->texts.front(), Origin::file, value->source};
    }
    return {};
  }

  Setting<fs::path> path(const std::string& option, const Place& place) const {
    const Text found = text(option, place);
    return {found.value, found.origin, found.source};
  }

  // Paths of a repeatable option; the variable names one.
  Setting<std::vector<fs::path>> paths(const std::vector<std::string>& options,
                                       const Place& place) const {
    if (!options.empty()) return {{options.begin(), options.end()}, Origin::option, place.option};
    if (const auto value = variable(place)) {
      return {{fs::path(*value)}, Origin::environment, place.variable};
    }
    if (const auto* value = in_file(place)) {
      return {{value->texts.begin(), value->texts.end()}, Origin::file, value->source};
    }
    return {{}, Origin::builtin, "built in"};
  }

  Setting<bool> flag(bool option, const Place& place) const {
    if (option) return {true, Origin::option, place.option};
    if (const auto* value = in_file(place)) return {true, Origin::file, value->source};
    return {false, Origin::builtin, "built in"};
  }

 private:
  std::optional<std::string> variable(const Place& place) const {
    return place.variable == nullptr ? std::nullopt : environment_(place.variable);
  }
  const ConfigFile::Value* in_file(const Place& place) const {
    const auto found = file_.values.find(place.key);
    return found == file_.values.end() ? nullptr : &found->second;
  }

  const Environment& environment_;
  const ConfigFile& file_;
};

// The choice that the text names, or the first one when nothing was said. The words are in the
// order of the enumerators.
template <typename T>
Setting<T> chosen_word(const Text& text, std::span<const std::string_view> choices) {
  if (text.origin == Origin::builtin) return {T{}, text.origin, text.source};
  const auto found = std::ranges::find(choices, text.value);
  if (found != choices.end()) {
    return {static_cast<T>(found - choices.begin()), text.origin, text.source};
  }
  const std::vector<std::string> words(choices.begin(), choices.end());
  const auto suggestion = did_you_mean(text.value, words);
  throw Error(ErrorCode::usage,
              fmt::format("{} must be one of {}; got '{}'", text.source, join(words, ", "),
                          printable(text.value)),
              suggestion ? fmt::format("did you mean '{}'?", *suggestion) : "");
}

template <typename T>
std::string choice_word(T value, std::span<const std::string_view> choices) {
  return std::string(choices[static_cast<std::size_t>(value)]);
}

Setting<std::chrono::milliseconds> wait_of(const Text& text) {
  Setting<std::chrono::milliseconds> setting{{}, text.origin, text.source};
  if (text.origin == Origin::builtin) return setting;
  const auto duration = parse_duration_ms(text.value);
  if (!duration) {
    throw Error(ErrorCode::usage,
                fmt::format("{} must be a duration like 500ms, 30s or 5m; got '{}'", text.source,
                            printable(text.value)));
  }
  setting.value = std::chrono::milliseconds(*duration);
  return setting;
}

Setting<std::optional<std::uint64_t>> read_count(const Text& text) {
  Setting<std::optional<std::uint64_t>> setting{{}, text.origin, text.source};
  if (text.origin == Origin::builtin) return setting;
  std::uint64_t number = 0;
  const char* const end = text.value.data() + text.value.size();
  const auto [last, error] = std::from_chars(text.value.data(), end, number);
  // An age in days that a clock cannot count is no age.
  constexpr std::uint64_t kMost = 100'000;
  if (error != std::errc() || last != end || number == 0 || number > kMost) {
    throw Error(ErrorCode::usage, fmt::format("{} must be a whole number from 1 to {}; got '{}'",
                                              text.source, kMost, printable(text.value)));
  }
  setting.value = number;
  return setting;
}

Setting<fs::path> config_path(const RawOptions& options, const Environment& environment,
                              std::optional<FoundConfig>& found) {
  if (!options.reads_config) return {{}, Origin::builtin, "built in"};
  if (!options.config.empty()) return {options.config, Origin::option, "--config"};
  if (const auto value = environment("BASELINE_CONFIG")) {
    return {*value, Origin::environment, "BASELINE_CONFIG"};
  }
  found = find_config();
  if (!found) return {{}, Origin::builtin, "built in"};
  return {found->file, Origin::builtin, "found here"};
}

Setting<std::chrono::milliseconds> resolve_wait(const RawOptions& options, const Sources& from) {
  Text text = from.text(options.wait, {"--wait", "BASELINE_WAIT", "wait"});
  if (!options.gate) return wait_of(text);
  const bool said = text.origin == Origin::option || text.origin == Origin::environment;
  const Text own = from.text({}, {nullptr, nullptr, "run.wait"});
  if (!said && own.origin == Origin::file) text = own;
  Setting<std::chrono::milliseconds> wait = wait_of(text);
  // Whoever starts a process wants it to start.
  if (wait.origin == Origin::builtin) wait.value = std::chrono::seconds(60);
  return wait;
}

// The built-in migration is that of one application, whose tables it knows. Of another one only its
// configuration can tell.
Replaces replaces_of(const ConfigFile& file, bool builtin_migration) {
  const auto texts = [&](const char* key) {
    const auto found = file.values.find(key);
    return found == file.values.end() ? std::vector<std::string>() : found->second.texts;
  };
  const auto section = file.values.find("replaces");
  if (section == file.values.end()) return {{}, {}, builtin_migration ? "built in" : ""};
  return {texts("replaces.tables"), texts("replaces.revisions"), section->second.source};
}

Setting<std::map<std::string, std::optional<std::string>>> environment_of(
    const ConfigFile& file, const Environment& environment) {
  const auto listed = file.values.find("environment");
  if (listed == file.values.end()) return {{}, Origin::builtin, "built in"};
  std::map<std::string, std::optional<std::string>> all;
  for (const std::string& name : listed->second.texts) {
    all[name] = concealed_variable(environment, name);
  }
  return {all, Origin::file, listed->second.source};
}

std::string told_replaces(const Replaces& replaces) {
  std::vector<std::string> parts;
  for (const std::string& table : replaces.tables) parts.push_back("table " + printable(table));
  for (const std::string& one : replaces.revisions) parts.push_back("revision " + printable(one));
  if (replaces.source.empty()) return "any database";
  return parts.empty() ? "a database with a table of the migration" : join(parts, ", ");
}

std::string text_or(const fs::path& path, std::string_view otherwise) {
  return path.empty() ? std::string(otherwise) : printable(path.native());
}

std::string count_or(const std::optional<std::uint64_t>& count, std::string_view otherwise) {
  return count ? fmt::format("{}", *count) : std::string(otherwise);
}

}  // namespace

Settings resolve_settings(const RawOptions& options, const Environment& environment) {
  Settings settings;
  std::optional<FoundConfig> found;
  settings.config = config_path(options, environment, found);
  const fs::path& path = settings.config.value;
  const ConfigFile file = path.empty() ? ConfigFile()
                          : found      ? parse_config(found->text, path, environment)
                                       : load_config(path, environment);
  const Sources from(environment, file);
  settings.database = from.path(options.database, {"--database", "DATABASE_PATH", "database"});
  if (settings.database.value.empty() && !file.database_problems.empty()) {
    settings.database_problems = file.database_problems;
    settings.database.source = file.database_problems.front().text("error");
  }
  settings.migration =
      from.path(options.migration, {"--migration", "BASELINE_MIGRATION", "migration"});
  settings.checks = from.paths(options.checks, {"--checks", "BASELINE_CHECKS", "checks"});
  settings.replaces = replaces_of(file, settings.migration.value.empty());
  settings.backups =
      from.path(options.backups, {"--backups", "BASELINE_BACKUPS", "backups.directory"});
  settings.backup = chosen_word<BackupChoice>(
      from.text(options.backup, {"--backup", "BASELINE_BACKUP", "backups.strategy"}), kBackupWords);
  settings.engine = chosen_word<EngineChoice>(
      from.text(options.engine, {"--engine", "BASELINE_ENGINE", "engine"}), kEngineWords);
  settings.on_failure = chosen_word<OnFailure>(
      from.text(options.on_failure, {"--on-failure", "BASELINE_ON_FAILURE", "on_failure"}),
      kOnFailureWords);
  settings.seal = chosen_word<Sealing>(
      from.text(options.seal, {"--seal", "BASELINE_SEAL", "backups.seal"}), kSealWords);
  settings.also = from.paths(options.also, {"--also", "BASELINE_ALSO", "backups.also"});
  if (std::ranges::any_of(settings.also.value, &fs::path::empty)) {
    throw Error(ErrorCode::usage, fmt::format("{} names an empty path", settings.also.source),
                "name a directory on another disk");
  }
  settings.keep = read_count(from.text(options.keep, {"--keep", "BASELINE_KEEP", "backups.keep"}));
  settings.keep_days = read_count(
      from.text(options.keep_days, {"--keep-days", "BASELINE_KEEP_DAYS", "backups.keep_days"}));
  settings.wait = resolve_wait(options, from);
  settings.format = chosen_word<Format>(
      from.text(options.format, {"--format", "BASELINE_FORMAT", "format"}), kFormatWords);
  settings.strict = from.flag(options.strict, {"--strict", nullptr, "strict"});
  settings.allow_commands =
      from.flag(options.allow_commands, {"--allow-commands", nullptr, "allow_commands"});
  settings.on_start = chosen_word<OnStart>(
      from.text(options.on_start, {"--on-start", "BASELINE_ON_START", "run.on_start"}),
      kOnStartWords);
  settings.vars = {file.vars, file.vars.empty() ? Origin::builtin : Origin::file,
                   file.vars.empty() ? "built in" : file.vars_source};
  settings.var_texts = file.var_texts;
  settings.environment = environment_of(file, environment);
  settings.application = file.application;
  settings.announcement = file.announcement;
  const Setting<fs::path> notice = from.path({}, {nullptr, nullptr, "announcement.template"});
  settings.announcement.file = notice.value;
  settings.announcement.source = notice.source;
  return settings;
}

const fs::path& require_database(const Settings& settings) {
  if (!settings.database_problems.empty()) {
    Error error(ErrorCode::usage,
                fmt::format("{} names no database", printable(settings.config.value.native())),
                "set the variable, or name the database with --database PATH");
    error.set_problems(settings.database_problems);
    throw error;
  }
  if (settings.database.value.empty()) {
    throw Error(ErrorCode::usage, "no database was given",
                "name it with --database PATH, in the environment variable DATABASE_PATH, or as "
                "'database' in baseline.yaml");
  }
  const Setting<fs::path>& database = settings.database;
  require_path(database.value.native(), database.source,
               database.origin == Origin::option        ? "--database "
               : database.origin == Origin::environment ? "DATABASE_PATH="
                                                        : "database: ");
  return database.value;
}

TypedOptions typed_options(const Settings& settings) {
  const auto option = [](const char* name, const Setting<fs::path>& setting) {
    if (setting.origin != Origin::option) return std::string();
    return fmt::format(" {} {}", name, shell_quoted(setting.value.native()));
  };
  const std::string database =
      option("--config", settings.config) + option("--database", settings.database);
  const std::string backups = option("--backups", settings.backups);
  std::string inputs = option("--migration", settings.migration);
  if (settings.checks.origin == Origin::option) {
    for (const fs::path& path : settings.checks.value) {
      inputs += fmt::format(" --checks {}", shell_quoted(path.native()));
    }
  }
  return {database + inputs + backups, database + backups, database + inputs + backups, {}};
}

std::vector<SettingLine> describe(const Settings& settings) {
  const auto listed = [](const std::vector<fs::path>& paths, const char* otherwise) {
    std::vector<std::string> texts;
    texts.reserve(paths.size());
    for (const fs::path& path : paths) texts.push_back(printable(path.native()));
    return texts.empty() ? std::string(otherwise) : join(texts, ", ");
  };
  const auto switched = [](const Setting<bool>& flag) { return flag.value ? "yes" : "no"; };
  std::vector<SettingLine> lines = {
      {"config", text_or(settings.config.value, "none"), settings.config.source},
      {"database", text_or(settings.database.value, "none"), settings.database.source},
      {"migration", text_or(settings.migration.value, "built in"), settings.migration.source},
      {"checks", listed(settings.checks.value, "built in"), settings.checks.source},
      {"replaces", told_replaces(settings.replaces),
       settings.replaces.source.empty() ? "nothing says" : settings.replaces.source},
      {"backups", text_or(settings.backups.value, "beside the database"), settings.backups.source},
      {"backup", choice_word(settings.backup.value, kBackupWords), settings.backup.source},
      {"engine", choice_word(settings.engine.value, kEngineWords), settings.engine.source},
      {"on-failure", choice_word(settings.on_failure.value, kOnFailureWords),
       settings.on_failure.source},
      {"seal", choice_word(settings.seal.value, kSealWords), settings.seal.source},
      {"also", listed(settings.also.value, "nowhere"), settings.also.source},
      {"keep", count_or(settings.keep.value, "all backups"), settings.keep.source},
      {"keep-days", count_or(settings.keep_days.value, "not asked"), settings.keep_days.source},
      {"wait", fmt::format("{}ms", settings.wait.value.count()), settings.wait.source},
      {"format", choice_word(settings.format.value, kFormatWords), settings.format.source},
      {"strict", switched(settings.strict), settings.strict.source},
      {"allow-commands", switched(settings.allow_commands), settings.allow_commands.source},
      {"on-start", choice_word(settings.on_start.value, kOnStartWords), settings.on_start.source},
  };
  std::vector<std::string> passed;
  for (const auto& [name, value] : settings.environment.value) {
    passed.push_back(value ? name : name + " (not set)");
  }
  lines.push_back({"environment", passed.empty() ? "nothing" : join(passed, ", "),
                   settings.environment.source});
  // A value may be a secret that a variable holds.
  for (const auto& [name, text] : settings.var_texts) {
    lines.push_back({"var " + name, printable(text), settings.vars.source});
  }
  const auto hook = [&](const char* name, const std::optional<Hook>& command) {
    lines.push_back({name, command ? printable(command_line(command->written)) : "none",
                     command ? command->source : "built in"});
  };
  hook("stop", settings.application.stop);
  hook("start", settings.application.start);
  hook("revert", settings.application.revert);
  lines.push_back({"announcement", text_or(settings.announcement.file, "built in"),
                   settings.announcement.file.empty() ? "built in" : settings.announcement.source});
  // What sends a message takes tokens and addresses for its arguments.
  const std::optional<Hook>& send = settings.announcement.send;
  lines.push_back({"send", send ? printable(send->written.front()) + " …" : "none",
                   send ? send->source : "built in"});
  return lines;
}

}  // namespace baseline
