#pragma once

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "store/session.hpp"

namespace baseline::sqlite {

/// The low byte of an extended result code is the primary one.
inline constexpr int kPrimaryCode = 0xFF;

/// What `code` (an extended result code) means for the SQL of a user. `while_compiling` tells a
/// wrong statement from one that fails as it runs. The only place that reads result codes of user
/// SQL (https://www.sqlite.org/rescode.html).
SqlFailure::Kind failure_kind(int code, const std::string& message, bool while_compiling);

/// Throws Error for a database that cannot be opened or read: in_use when it is locked, refused
/// when SQLite cannot read the file, else io.
[[noreturn]] void throw_unreadable(int code, const std::string& message,
                                   const std::filesystem::path& path);

/// Throws Error{io}, or Error{in_use} for a lock: a statement of our own failed.
[[noreturn]] void throw_failed(const SQLite::Exception& exception);

/// Runs `action`, which uses SQLiteCpp, so that its exceptions do not leave this room.
template <class Action>
decltype(auto) translated(Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (const SQLite::Exception& exception) {
    throw_failed(exception);
  }
}

}  // namespace baseline::sqlite
