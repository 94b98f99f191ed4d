#include "store/sqlite/db/errors.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"

namespace baseline::sqlite {
namespace {

int primary(int extended) { return extended & 0xFF; }

bool names_missing_object(std::string_view message) {
  return message.starts_with("no such ") || message.find(" has no column named ") != message.npos;
}

}  // namespace

SqlFailure::Kind failure_kind(int code, const std::string& message, bool while_compiling) {
  using Kind = SqlFailure::Kind;
  switch (primary(code)) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return Kind::constraint;
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return Kind::denied;
    case SQLITE_INTERRUPT:
      return Kind::timeout;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::busy;
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
    case SQLITE_FULL:
      return Kind::limit;
    case SQLITE_ERROR:
      if (!while_compiling) return Kind::other;
      return names_missing_object(message) ? Kind::missing_object : Kind::syntax;
    default:
      return Kind::other;
  }
}

void throw_unreadable(int code, const std::string& message, const std::filesystem::path& path) {
  const std::string name = printable(path.string());
  if (code == SQLITE_READONLY_ROLLBACK) {
    throw Error(ErrorCode::refused,
                fmt::format("{} has a hot journal from a writer that crashed", name),
                "open it once with the application, which rolls it back");
  }
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::in_use, fmt::format("{} is locked by another process", name),
                  "try again, or stop the application first");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // "unsupported file format": made by a newer SQLite
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      throw Error(ErrorCode::refused, fmt::format("SQLite cannot read {}: {}", name, message));
    default:
      throw Error(ErrorCode::io, fmt::format("cannot read {}: {}", name, message));
  }
}

void throw_failed(const SQLite::Exception& exception) {
  switch (primary(exception.getErrorCode())) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::in_use, fmt::format("the database is locked: {}", exception.what()),
                  "try again, or stop the application first");
    case SQLITE_INTERRUPT:
      stop_if_interrupted();
      [[fallthrough]];
    default:
      throw Error(ErrorCode::io, fmt::format("SQLite failed: {}", exception.what()));
  }
}

}  // namespace baseline::sqlite
