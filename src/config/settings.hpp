#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config_file.hpp"
#include "config/setting_line.hpp"
#include "config/typed.hpp"
#include "pipeline/replaces.hpp"
#include "store/replacement.hpp"
#include "store/store.hpp"

namespace baseline {

/// Where the value of a setting came from.
enum class Origin { option, environment, file, builtin };

/// A value and its origin, for `status -v`.
template <typename T>
struct Setting {
  T value{};
  Origin origin = Origin::builtin;
  std::string source;  ///< "--database", "DATABASE_PATH", "baseline.yaml:3:1", "built in"
};

enum class OnFailure { rollback, keep };
enum class Format { human, json };
/// What `baseline run` does before it becomes the command.
enum class OnStart {
  verify,  ///< demands that the database is at the baseline
  deploy,  ///< brings it there
  skip,    ///< nothing
};

/// Everything that a command can be told, resolved once: option, then environment, then file, then
/// built-in default (docs/configuration.md).
struct Settings {
  Setting<std::filesystem::path> config;  ///< empty: none
  Setting<std::filesystem::path> database;
  std::vector<Problem> database_problems;    ///< why it is empty though the file names one
  Setting<std::filesystem::path> migration;  ///< empty: built in
  Setting<std::vector<std::filesystem::path>> checks;  ///< empty: built in
  Replaces replaces;                                   ///< which database a deploy may replace
  Setting<std::filesystem::path> backups;              ///< empty: beside the database
  Setting<BackupChoice> backup;
  Setting<EngineChoice> engine;
  Setting<OnFailure> on_failure;
  Setting<Sealing> seal;
  Setting<std::vector<std::filesystem::path>> also;  ///< where second copies of backups are made
  Setting<std::optional<std::uint64_t>> keep;        ///< nothing: prune by itself does not count
  Setting<std::optional<std::uint64_t>> keep_days;   ///< the same for their age
  Setting<std::chrono::milliseconds> wait;
  Setting<Format> format;
  Setting<bool> strict;          ///< warnings fail a run, too
  Setting<bool> allow_commands;  ///< checks may run commands
  Setting<OnStart> on_start;
  Setting<std::map<std::string, std::string>> vars;  ///< of the configuration, not of --var
  std::map<std::string, std::string> var_texts;      ///< the same as written, for people
  /// The variables that suites may read, with what they hold; nothing: not set.
  Setting<std::map<std::string, std::optional<std::string>>> environment;
  Application application;
  Announcement announcement;
};

/// What the command line said; empty where it said nothing.
struct RawOptions {
  std::string config;
  std::string database;
  std::string migration;
  std::vector<std::string> checks;
  std::string backups;
  std::string backup;
  std::string engine;
  std::string on_failure;
  std::string seal;
  std::vector<std::string> also;
  std::string keep;
  std::string keep_days;
  std::string wait;
  std::string format;
  std::string on_start;
  bool strict = false;
  bool allow_commands = false;
  bool reads_config = true;  ///< false: a command that no configuration has a say in
  bool gate = false;         ///< `run` waits unless it is told not to
};

/// Resolves all settings; reads the configuration file. Throws Error{usage} that names the option,
/// variable or line of the file with a bad value. A database is not demanded here: see
/// require_database().
Settings resolve_settings(const RawOptions& options, const Environment& environment);

/// The database path. Throws Error{usage} when none was given, a variable in it is not set, or no
/// path (require_path()).
const std::filesystem::path& require_database(const Settings& settings);

/// The settings as text, for people and JSON.
std::vector<SettingLine> describe(const Settings& settings);

/// What of the settings came from options, as options again.
TypedOptions typed_options(const Settings& settings);

}  // namespace baseline
