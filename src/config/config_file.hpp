#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/hook.hpp"

namespace baseline {

/// Reads a variable of the environment; nothing when it is unset. Empty counts as unset.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// The value of a variable for suites or commands, which is concealed from now on.
std::optional<std::string> concealed_variable(const Environment& environment,
                                              const std::string& name);

/// The notice to the users, as configured.
struct Announcement {
  std::filesystem::path file;  ///< the template; empty: built in
  std::string source;          ///< of the template
  std::optional<Hook> send;
};

/// What baseline.yaml says, validated. Relative paths are relative to the file's directory already.
struct ConfigFile {
  /// One setting: its texts as an option would have them, and where it is: "baseline.yaml:3:11".
  struct Value {
    std::vector<std::string> texts;
    std::string source;
  };
  /// Why `database` has no value though it is there: a variable in it is not set. Only a command
  /// that needs the database minds.
  std::vector<Problem> database_problems;
  /// By dotted name: "backups.keep"; a section has no texts.
  std::map<std::string, Value> values;
  std::map<std::string, std::string> vars;
  std::map<std::string, std::string> var_texts;  ///< as written, for people
  std::string vars_source;
  Application application;
  Announcement announcement;
};

/// Reads a configuration. `file` is named in messages as it is given. Throws Error{usage} whose
/// problems() are all errors of the file with their places.
ConfigFile load_config(const std::filesystem::path& file, const Environment& environment);

/// The same for a text that was read already.
ConfigFile parse_config(const std::string& text, const std::filesystem::path& file,
                        const Environment& environment);

/// A configuration that nobody has named, as it was read.
struct FoundConfig {
  std::filesystem::path file;
  std::string text;
};

/// ./baseline.yaml, if it is there. What it names is run: throws Error{refused} when it is a link
/// or somebody else could have put it there.
std::optional<FoundConfig> find_config();

/// Throws Error{usage} when a hook cannot be used, because a variable in it is not set.
void require_usable(const Application& application);

}  // namespace baseline
