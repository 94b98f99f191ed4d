#include "store/sqlite/db/errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"

namespace baseline::sqlite {
namespace {

int primary(int extended) { return extended & 0xFF; }

// What SQLite's result codes do not tell: it logs "os_unix.c:44066: (24) open(/srv/app.db) - Too
// many open files".
int last_system_errno = 0;  // all that uses SQLite is on one thread

void remember_cause(void*, int code, const char* message) {
  if (primary(code) != SQLITE_CANTOPEN && primary(code) != SQLITE_IOERR) return;
  const std::string_view text(message);
  constexpr std::string_view kFile = "os_unix.c:";
  const std::size_t at = text.find(": (");
  if (!text.starts_with(kFile) || at == text.npos) return;
  last_system_errno = std::atoi(message + at + 3);
}

bool names_missing_object(std::string_view message) {
  return message.starts_with("no such ") || message.find(" has no column named ") != message.npos;
}

}  // namespace

void listen_to_sqlite() { sqlite3_config(SQLITE_CONFIG_LOG, &remember_cause, nullptr); }

int system_trouble() {
  switch (last_system_errno) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case EAGAIN:
      return last_system_errno;
    default:
      return 0;
  }
}

void forget_system_trouble() { last_system_errno = 0; }

std::string with_system_cause(int code, const std::string& message) {
  const bool is_of_a_file = primary(code) == SQLITE_CANTOPEN || primary(code) == SQLITE_IOERR;
  if (!is_of_a_file || system_trouble() == 0) return message;
  return fmt::format("{}: {}", message, std::generic_category().message(system_trouble()));
}

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
  stop_if_interrupted();
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
      throw Error(ErrorCode::refused, fmt::format("SQLite cannot read {}: {}", name, message));
    case SQLITE_CANTOPEN:
      if (system_trouble() == 0) {
        throw Error(ErrorCode::refused, fmt::format("SQLite cannot read {}: {}", name, message));
      }
      [[fallthrough]];
    default:
      throw Error(ErrorCode::io,
                  fmt::format("cannot read {}: {}", name, with_system_cause(code, message)));
  }
}

void throw_failed(const SQLite::Exception& exception) {
  stop_if_interrupted();
  switch (primary(exception.getErrorCode())) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::in_use, fmt::format("the database is locked: {}", exception.what()),
                  "try again, or stop the application first");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      throw Error(ErrorCode::refused,
                  fmt::format("SQLite cannot read the database: {}", exception.what()));
    default:
      throw Error(ErrorCode::io,
                  fmt::format("SQLite failed: {}",
                              with_system_cause(exception.getErrorCode(), exception.what())));
  }
}

}  // namespace baseline::sqlite
