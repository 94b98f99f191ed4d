#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

/// Ends the fuzz target with a message when something that must always be true is not.
inline void demand(bool kept, std::string_view what) {
  if (kept) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}
