#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baseline {

/// What is wrong, or doubtful, in an input file.
struct Problem {
  std::string file;  ///< empty: it is of no file, and has no place
  int line = 0;      ///< from 1
  int column = 0;    ///< from 1, in characters
  std::string message;

  /// "FILE:LINE:COLUMN: SEVERITY: MESSAGE", fit for a terminal; without what is empty.
  std::string text(std::string_view severity) const;
};

/// text() of each.
std::vector<std::string> lines_of(const std::vector<Problem>& problems, std::string_view severity);

}  // namespace baseline
