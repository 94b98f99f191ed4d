#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace baseline {

/// How the file of a database is kept, apart from what the database declares and holds. The new
/// file has those of the old one, unless the migration sets them at its head; they are never a
/// difference from the baseline. One that is empty, or 0, is not set.
struct FileSettings {
  std::string encoding;         ///< of text: "UTF-8", "UTF-16le", "UTF-16be"
  std::uint64_t page_size = 0;  ///< bytes
  std::string auto_vacuum;      ///< "none", "full", "incremental"
  std::string journal_mode;     ///< as far as the file keeps it: "delete", "wal"

  bool operator==(const FileSettings&) const = default;

  /// Each with its name, in this order; the text of one that is not set is empty.
  struct Item {
    const char* name;
    std::string value;
  };
  std::array<Item, 4> items() const;

  /// These, and those of `other` where one is not set.
  FileSettings or_else(const FileSettings& other) const;
};

}  // namespace baseline
