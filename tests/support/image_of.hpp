#pragma once

#include <string>

#include "store/sqlite/session/sessions.hpp"

/// The bytes of the small database file that `reference` would be.
inline std::string image_of(baseline::Session& reference) {
  std::string out;
  baseline::sqlite::with_bytes(reference, [&](std::string_view bytes) { out = bytes; });
  return out;
}
