#pragma once

#include <string_view>

/// The texts of --help.
namespace baseline::help {

struct CommandHelp {
  std::string_view name;     ///< "deploy", "backups list"
  std::string_view purpose;  ///< one sentence
  std::string_view footer;   ///< examples and what follows from the command
};

std::string_view purpose();
std::string_view footer();

const CommandHelp& of(std::string_view command);

}  // namespace baseline::help
