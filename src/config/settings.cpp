#include "config/settings.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

struct Text {
  std::string value;
  Origin origin = Origin::builtin;
  std::string source = "built in";
};

// The text of a setting from the first place that has one.
Text first_of(const std::string& option, const char* option_name, const char* variable,
              const Environment& environment) {
  if (!option.empty()) return {option, Origin::option, option_name};
  if (const auto value = environment(variable)) return {*value, Origin::environment, variable};
  return {};
}

template <typename T>
struct Choice {
  std::string_view word;
  T value;
};
template <typename T>
Choice(const char*, T) -> Choice<T>;

constexpr std::array kBackupChoices = {Choice{"auto", BackupChoice::automatic},
                                       Choice{"move", BackupChoice::move},
                                       Choice{"copy", BackupChoice::copy}};
constexpr std::array kEngineChoices = {Choice{"auto", EngineChoice::automatic},
                                       Choice{"swap", EngineChoice::swap},
                                       Choice{"in-place", EngineChoice::in_place}};
constexpr std::array kOnFailure = {Choice{"rollback", OnFailure::rollback},
                                   Choice{"keep", OnFailure::keep}};
constexpr std::array kFormats = {Choice{"human", Format::human}, Choice{"json", Format::json}};

template <typename Choices>
std::vector<std::string> words_of(const Choices& choices) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (const auto& choice : choices) words.emplace_back(choice.word);
  return words;
}

// The choice that the text names, or the first one when nothing was said.
template <typename Choices>
auto chosen(const Text& text, const Choices& choices) {
  using T = decltype(choices.front().value);
  if (text.origin == Origin::builtin) {
    return Setting<T>{choices.front().value, text.origin, text.source};
  }
  for (const auto& choice : choices) {
    if (choice.word == text.value) return Setting<T>{choice.value, text.origin, text.source};
  }
  const std::vector<std::string> words = words_of(choices);
  const auto suggestion = did_you_mean(text.value, words);
  throw Error(ErrorCode::usage,
              fmt::format("{} must be one of {}; got '{}'", text.source, join(words, ", "),
                          printable(text.value)),
              suggestion ? fmt::format("did you mean '{}'?", *suggestion) : "");
}

template <typename T, typename Choices>
std::string word_of(T value, const Choices& choices) {
  for (const auto& choice : choices) {
    if (choice.value == value) return std::string(choice.word);
  }
  return "?";
}

Setting<fs::path> path_of(const Text& text) { return {text.value, text.origin, text.source}; }

// Paths of a repeatable option; the variable names one.
Setting<std::vector<fs::path>> paths_of(const std::vector<std::string>& options, const char* name,
                                        const char* variable, const Environment& environment) {
  Setting<std::vector<fs::path>> setting;
  setting.source = "built in";
  if (!options.empty()) {
    setting.value.assign(options.begin(), options.end());
    setting.origin = Origin::option;
    setting.source = name;
  } else if (const auto value = environment(variable)) {
    setting.value.emplace_back(*value);
    setting.origin = Origin::environment;
    setting.source = variable;
  }
  return setting;
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

Setting<std::optional<std::uint64_t>> count_of(const Text& text) {
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

std::string text_or(const fs::path& path, std::string_view otherwise) {
  return path.empty() ? std::string(otherwise) : printable(path.native());
}

std::string count_or(const std::optional<std::uint64_t>& count, std::string_view otherwise) {
  return count ? fmt::format("{}", *count) : std::string(otherwise);
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') return {};
    return value;
  };
}

Settings resolve_settings(const RawOptions& options, const Environment& environment) {
  const auto text = [&](const std::string& option, const char* name, const char* variable) {
    return first_of(option, name, variable, environment);
  };
  Settings settings;
  settings.database = path_of(text(options.database, "--database", "DATABASE_PATH"));
  settings.migration = path_of(text(options.migration, "--migration", "BASELINE_MIGRATION"));
  settings.checks = paths_of(options.checks, "--checks", "BASELINE_CHECKS", environment);
  settings.backups = path_of(text(options.backups, "--backups", "BASELINE_BACKUPS"));
  settings.backup = chosen(text(options.backup, "--backup", "BASELINE_BACKUP"), kBackupChoices);
  settings.engine = chosen(text(options.engine, "--engine", "BASELINE_ENGINE"), kEngineChoices);
  settings.on_failure =
      chosen(text(options.on_failure, "--on-failure", "BASELINE_ON_FAILURE"), kOnFailure);
  settings.also = paths_of(options.also, "--also", "BASELINE_ALSO", environment);
  settings.keep = count_of(text(options.keep, "--keep", "BASELINE_KEEP"));
  settings.keep_days = count_of(text(options.keep_days, "--keep-days", "BASELINE_KEEP_DAYS"));
  settings.wait = wait_of(text(options.wait, "--wait", "BASELINE_WAIT"));
  settings.format = chosen(text(options.format, "--format", "BASELINE_FORMAT"), kFormats);
  return settings;
}

const fs::path& require_database(const Settings& settings) {
  if (settings.database.value.empty()) {
    throw Error(ErrorCode::usage, "no database was given",
                "name it with --database PATH or in the environment variable DATABASE_PATH");
  }
  return settings.database.value;
}

TypedOptions typed_options(const Settings& settings) {
  const auto option = [](const char* name, const Setting<fs::path>& setting) {
    if (setting.origin != Origin::option) return std::string();
    return fmt::format(" {} {}", name, shell_quoted(setting.value.native()));
  };
  const std::string database = option("--database", settings.database);
  const std::string backups = option("--backups", settings.backups);
  std::string inputs = option("--migration", settings.migration);
  if (settings.checks.origin == Origin::option) {
    for (const fs::path& path : settings.checks.value) {
      inputs += fmt::format(" --checks {}", shell_quoted(path.native()));
    }
  }
  return {database + inputs + backups, database + backups, database + inputs + backups};
}

std::vector<SettingLine> describe(const Settings& settings) {
  const auto listed = [](const std::vector<fs::path>& paths, const char* otherwise) {
    std::vector<std::string> texts;
    texts.reserve(paths.size());
    for (const fs::path& path : paths) texts.push_back(printable(path.native()));
    return texts.empty() ? std::string(otherwise) : join(texts, ", ");
  };
  return {
      {"database", text_or(settings.database.value, "none"), settings.database.source},
      {"migration", text_or(settings.migration.value, "built in"), settings.migration.source},
      {"checks", listed(settings.checks.value, "built in"), settings.checks.source},
      {"backups", text_or(settings.backups.value, "beside the database"), settings.backups.source},
      {"backup", word_of(settings.backup.value, kBackupChoices), settings.backup.source},
      {"engine", word_of(settings.engine.value, kEngineChoices), settings.engine.source},
      {"on-failure", word_of(settings.on_failure.value, kOnFailure), settings.on_failure.source},
      {"also", listed(settings.also.value, "nowhere"), settings.also.source},
      {"keep", count_or(settings.keep.value, "all backups"), settings.keep.source},
      {"keep-days", count_or(settings.keep_days.value, "not asked"), settings.keep_days.source},
      {"wait", fmt::format("{}ms", settings.wait.value.count()), settings.wait.source},
      {"format", word_of(settings.format.value, kFormats), settings.format.source},
  };
}

}  // namespace baseline
