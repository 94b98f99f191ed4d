#pragma once

#include <string>
#include <vector>

#include "os/file_system.hpp"

namespace baseline {

/// A second copy of a backup, as `--also` asked for it.
struct CopyRecord {
  std::string directory;  ///< the catalogue that it is or belongs in: absolute, bytes
  std::string made;       ///< RFC 3339: when it was made and verified; empty: not yet
  std::string problem;    ///< why it could not be made, or empty
};

/// What became of a backup since it was sealed. The seal itself never changes, so this is in a file
/// of its own beside it, `baseline-record` (docs/file-formats.md).
struct EntryRecord {
  std::string verified;  ///< RFC 3339: when it was last found whole; empty: never
  std::string checked;   ///< RFC 3339: when it was last verified, with whatever result
  std::string damage;    ///< what that found, or empty
  std::vector<CopyRecord> copies;
  bool unreadable = false;  ///< there is a record, but it is damaged; all else is empty then
};

/// The record of an entry; an empty one when there is none. Throws Error{io}, Error{in_use} when it
/// cannot be read.
EntryRecord read_record(const Directory& entry);

/// Replaces the record of an entry, whole or not at all, durably. Throws Error{io}.
void write_record(FileSystem& files, const Directory& entry, const EntryRecord& record);

}  // namespace baseline
