#pragma once

#include <optional>
#include <string>

#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// What a verdict on companions rests on. If any of it has changed meanwhile, it is none.
struct CompanionSight {
  bool is_there = false;  ///< the database file
  std::string database;   ///< its header
  std::string wal;        ///< the headers of what lies beside it; empty: nothing does
  std::string journal;
  bool is_used = false;     ///< another process has a lock
  bool is_written = false;  ///< another process writes
  bool operator==(const CompanionSight&) const = default;
};

/// Looks at the database and at what lies beside it. Throws as holds_bytes(), and Error{io}.
CompanionSight look_around(const Target& target);

/// Whether the file `name` beside the database is there and is not empty. Throws Error{refused}
/// when it is no regular file, without opening it: that may wait for ever, or lead elsewhere.
bool holds_bytes(const Target& target, const std::string& name);

/// The database file, for reading; nothing when it is missing. Waits for another run that has it in
/// its window. Throws Error{io}.
std::optional<File> open_for_a_look(const Target& target);

/// The path of a file beside the database, for people.
std::string shown_beside(const Target& target, const std::string& name);

/// The command that moves it away.
std::string way_out_of(const Target& target, const std::string& name);

}  // namespace baseline::sqlite
