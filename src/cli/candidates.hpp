#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/typed_line.hpp"

namespace baseline {

/// What could stand in the place of a word.
struct Candidate {
  std::string value;
  std::string about;  ///< what it is, in a few words
};

struct Candidates {
  std::string kind = "words";  ///< see complete()
  std::vector<Candidate> words;
};

/// What fits where the line ends. `options`: what the line has said so far. Throws what reading
/// settings, backups and suites throws.
Candidates candidates_for(const TypedLine& line, Options& options);

}  // namespace baseline
