#pragma once

#include <span>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
class ParseError;
}  // namespace CLI

namespace baseline {

/// The command that `words` begin with, as deep as they go: of {"backups", "list", "-d"} that is
/// `backups list`. Throws Error{usage}, with the command that was probably meant, on a word that is
/// no command where one has to stand.
const CLI::App& find_command(const CLI::App& app, std::span<const char* const> words);

/// A flag is given or not: CLI11 would take --yes=3, and --yes=false.
void take_no_values(CLI::App& app);

/// What CLI11 found wrong, in our words, with the option that was probably meant.
[[noreturn]] void throw_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace baseline
