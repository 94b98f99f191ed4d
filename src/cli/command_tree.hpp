#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace baseline {

struct Options;

/// Adds all commands with their options, which are written to `options`: what the parser takes, the
/// help shows and the completion offers. The name of an option's type says what its value is: words
/// with '|' between them, or FILE, DIR, PATH (a file), ID (a backup), RUN (of the history), TAG,
/// GLOB (of checks).
///
/// With `wanted` only those commands whose name (of `backups list`: `list`) it takes: to add them
/// all takes longer than most commands do.
void add_commands(CLI::App& app, Options& options,
                  const std::function<bool(std::string_view name)>& wanted = {});

/// The commands directly below the program or a command, in the order in which they were added.
std::vector<const CLI::App*> commands_of(const CLI::App& app);

}  // namespace baseline
