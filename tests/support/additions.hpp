#pragma once

#include <algorithm>
#include <string_view>

#include "store/mutant.hpp"

namespace baseline {

/// Whether a mutant adds something, renames, reorders, or is one of the further types: a table has
/// so many of these that they would hide all others.
inline bool is_addition(const Mutant& mutant) {
  constexpr std::string_view kChanges[] = {
      "renamed ",         "comes behind ",          "DEFAULT 1 is added", "DEFAULT 'x' is",
      "NOCASE is added",  "UNIQUE is added",        "STRICT is added",    "ROWID is added",
      "extra_x is added", "an index is added",      "a view is added",    "a trigger that",
      "IGNORE is added",  "AUTOINCREMENT is add",   "DEFERRED is added",  "becomes UNIQUE",
      "< 0) is added",    ">= 0) is added",         "< 2) is added",      "becomes REAL",
      "becomes BLOB",     "no type becomes INTEGER"};
  return mutant.element == "table extra_x" ||
         (mutant.kind == MutantKind::setting && mutant.change == "added") ||
         std::ranges::any_of(kChanges, [&](std::string_view change) {
           return mutant.change.find(change) != std::string_view::npos;
         });
}

}  // namespace baseline
