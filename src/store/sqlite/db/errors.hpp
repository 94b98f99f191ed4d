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

/// Has SQLite tell which call of the operating system failed: its result codes do not. To be called
/// before SQLite is initialised.
void listen_to_sqlite();
/// A new connection is about to be opened.
void forget_system_trouble();
/// The errno of a call that has failed since, if it says nothing about the file but that this
/// process or machine has run out of something; else 0.
int system_trouble();
/// The message of an exception, with what the operating system said where that is the cause.
std::string with_system_cause(int code, const std::string& message);

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
