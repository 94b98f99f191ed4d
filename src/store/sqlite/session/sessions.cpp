#include "store/sqlite/session/sessions.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/session/session.hpp"

namespace baseline::sqlite {

std::unique_ptr<Session> open_live(const std::filesystem::path& path) {
  return translated([&] {
    return std::make_unique<SqliteSession>(open_reading(path), SqliteSession::Role::live);
  });
}

std::unique_ptr<Session> open_immutable(const std::filesystem::path& path) {
  return translated([&] {
    return std::make_unique<SqliteSession>(open_unchanging(path), SqliteSession::Role::sealed);
  });
}

std::unique_ptr<Session> live_copy(Session& reference) {
  return translated([&] {
    return std::make_unique<SqliteSession>(
        copy_of(dynamic_cast<SqliteSession&>(reference).database()), SqliteSession::Role::live);
  });
}

bool with_bytes(Session& reference, const std::function<void(std::string_view)>& take) {
  SQLite::Database& database = dynamic_cast<SqliteSession&>(reference).database();
  if (!translated([&] { return fits_in_memory(database); })) return false;
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
      sqlite3_serialize(database.getHandle(), "main", &size, 0), &sqlite3_free);
  if (bytes == nullptr && size != 0) {
    translated([&] { throw SQLite::Exception("out of memory", SQLITE_NOMEM); });
  }
  // A private database cannot be in WAL mode, its file can.
  if (bytes != nullptr && dynamic_cast<SqliteSession&>(reference).becomes_wal()) {
    std::ranges::copy(kWalVersions, bytes.get() + kVersionsAt);
  }
  // None: nothing was ever written.
  if (bytes == nullptr) {
    take({});
  } else {
    take({static_cast<const char*>(static_cast<const void*>(bytes.get())),
          static_cast<std::size_t>(size)});
  }
  return true;
}

}  // namespace baseline::sqlite
