#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace baseline {

enum class Command;
struct Options;

/// What only the commands of the group `backups` are told.
struct BackupsOptions {
  std::vector<std::string> ids;
  bool all = false;
  std::string id;    ///< export: which
  std::string file;  ///< export: where to; "-" is stdout
  bool zstd = false;
  bool force = false;
};

/// Adds the options on backups that a command has for itself.
void add_backups_options(CLI::App& app, Command command, Options& options);

}  // namespace baseline
