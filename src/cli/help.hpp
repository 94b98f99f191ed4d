#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// The texts of --help. cli/help_layout.hpp fills lines with their words; what is indented there
/// stays as it is, and headings are "Example:", "Examples:" and "Exit codes:".
namespace baseline::help {

struct CommandHelp {
  std::string_view name;        ///< "deploy", "backups list"
  std::string_view purpose;     ///< one sentence
  std::string_view footer;      ///< what there is to know, examples, exit codes of its own
  std::string_view words = {};  ///< behind the options, where these are not the parser's
};

/// Commands that are listed together.
struct CommandSection {
  std::string_view heading;
  std::span<const std::string_view> commands;
};

std::string_view purpose();
std::string_view footer();

/// Of "deploy", "backups list"; an empty one where there is none.
const CommandHelp& of(std::string_view command);

/// In the order in which they are listed.
std::span<const CommandSection> sections();
/// The index in sections() of a command without a parent: of the one that names it, or else of the
/// one that names none.
std::size_t section_of(std::string_view command);

}  // namespace baseline::help
