#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "store/file_settings.hpp"

namespace baseline::sqlite {

/// What a migration sets at its head, which is all that comes before its first statement that is no
/// PRAGMA: encoding, page_size, auto_vacuum, journal_mode. SQLite heeds the first three only in
/// one order, and the last never inside a transaction; so they are read here, and the rest runs
/// without them.
struct MigrationHead {
  struct Mistake {
    std::size_t offset = 0;  ///< of the value, in bytes
    std::string message;
  };

  FileSettings settings;
  /// The migration with those statements blanked out, so that all else keeps its place. Empty when
  /// there are none.
  std::string rest;
  std::optional<Mistake> mistake;  ///< the first
};

MigrationHead read_head(std::string_view sql);

/// Whether a PRAGMA of this name can stand at the head only.
bool belongs_to_head(std::string_view pragma);

}  // namespace baseline::sqlite
