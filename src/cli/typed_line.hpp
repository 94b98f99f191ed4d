#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
class Option;
}  // namespace CLI

namespace baseline {

/// What stands on an unfinished command line, and where its last word is.
struct TypedLine {
  enum class Place {
    nowhere,   ///< nothing fits: an unknown command
    command,   ///< a command has to stand here
    word,      ///< an argument, or an option
    value,     ///< the value of `option`
    program,   ///< the first word behind `--`: the name of another program
    argument,  ///< what belongs to that program
  };
  Place place = Place::nowhere;
  const CLI::App* command = nullptr;
  const CLI::Option* option =
      nullptr;         ///< Place::value, Place::word: the argument's, if there is one
  std::string before;  ///< what stands before the value in its word: "--format="
  std::string typed;   ///< what there is of the word, or of the value
  std::vector<const CLI::Option*> given;
  bool about = false;  ///< behind `help`: only the names of commands fit
};

/// Reads the words behind the program's name; the last one, which may be empty, is being typed.
/// The values of options are handed on to where `app` writes them; those that it would refuse are
/// left out, for nobody has asked for an opinion yet.
TypedLine read_typed(CLI::App& app, std::vector<std::string> words);

/// A word as a POSIX shell would pass it on: without quotes and backslashes, and with `~/` at its
/// start replaced by `home`. An open quote ends with the word.
std::string unquoted(const std::string& word, const std::string& home);

}  // namespace baseline
