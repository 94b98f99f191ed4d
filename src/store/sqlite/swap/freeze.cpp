#include "store/sqlite/swap/freeze.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/swap/own_companions.hpp"

namespace baseline::sqlite {
namespace {

bool is_unreadable(int code) {
  switch (code & kPrimaryCode) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_CANTOPEN:
      return true;
    // "unsupported file format" and a schema that does not parse come as plain errors.
    case SQLITE_ERROR:
      return true;
    default:
      return false;
  }
}

// Runs a statement and returns the first column of its first row.
int first_number(SQLite::Database& database, const char* sql) {
  SQLite::Statement statement(database, sql);
  return statement.executeStep() ? statement.getColumn(0).getInt() : 0;
}

void lock_and_checkpoint(SQLite::Database& database) {
  database.setBusyTimeout(0);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // The first read brings in a hot journal or a crashed writer's WAL.
  first_number(database, "SELECT count(*) FROM sqlite_schema");
  first_number(database, "PRAGMA locking_mode = EXCLUSIVE");
  // Not COMMIT: it would make a page of an empty file, which is to stay as it is.
  database.exec("BEGIN EXCLUSIVE; ROLLBACK");
  // One row: busy, log, checkpointed. With the exclusive lock nobody can be in the way.
  if (first_number(database, "PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
    throw SQLite::Exception("checkpoint is busy", SQLITE_BUSY);
  }
}

}  // namespace

FreezeOutcome freeze_open(SQLite::Database& database) {
  try {
    lock_and_checkpoint(database);
    return {};
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    if ((code & kPrimaryCode) == SQLITE_BUSY || (code & kPrimaryCode) == SQLITE_LOCKED) {
      return {FreezeOutcome::Kind::in_use, {}};
    }
    if (is_unreadable(code)) return {FreezeOutcome::Kind::unreadable, error.what()};
    throw;
  }
}

FreezeOutcome freeze(const Target& target) {
  const auto status = target.directory.status(target.name);
  if (!status) return {};
  keep_what_is_replaced(target);
  try {
    SQLite::Database database(target.resolved.native(),
                              SQLite::OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
    return freeze_open(database);
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    // What it cannot open, it cannot read.
    if (is_unreadable(code)) return {FreezeOutcome::Kind::unreadable, error.what()};
    throw Error(ErrorCode::io, fmt::format("cannot freeze {}: {}",
                                           printable(target.resolved.native()), error.what()));
  }
}

void bring_in_log(FileSystem& files, const Target& target) {
  const std::string wal = names::wal(target.name);
  if (!target.directory.contains(wal)) return;
  keep_what_is_replaced(target);
  try {
    SQLite::Database database(target.resolved.native(),
                              SQLite::OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    first_number(database, "PRAGMA wal_checkpoint(PASSIVE)");
  } catch (const SQLite::Exception&) {
    // What it is, the freeze finds out, which is nothing that may be passed over.
  }
  if (!target.directory.contains(wal)) files.sync_directory(target.directory);
}

std::vector<std::string> companions(const Target& target) {
  return companions(target.directory, target.name);
}

std::vector<std::string> companions(const Directory& directory, const std::string& name) {
  std::vector<std::string> found;
  for (const std::string& companion : names::companions(name)) {
    if (directory.contains(companion)) found.push_back(companion);
  }
  return found;
}

bool is_leftover(const Target& target, const std::string& name) {
  const auto wal = target.directory.status(names::wal(target.name));
  const bool has_log = wal && wal->st_size > 0;
  if (name == names::wal(target.name) || name == names::shared_memory(target.name)) {
    return !has_log;
  }
  return is_dead_journal(target, name);
}

bool is_dead_journal(const Target& target, const std::string& name) {
  if (name != names::rollback_journal(target.name)) return false;
  const auto file = target.directory.open_file(name, false);
  // SQLite's own test for a hot journal looks at the first byte of the header.
  char first = 0;
  return file && (file->read(&first, 1, 0) == 0 || first == 0);
}

bool has_database_header(const Target& target) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  const auto file = target.directory.open_file(target.name, false);
  if (!file) return false;
  std::array<char, kMagic.size()> header{};
  const std::size_t size = file->read(header.data(), header.size(), 0);
  return size == 0 || std::string_view(header.data(), size) == kMagic;
}

bool has_hot_journal(const Target& target) {
  const std::string name = names::rollback_journal(target.name);
  return target.directory.contains(name) && !is_dead_journal(target, name);
}

}  // namespace baseline::sqlite
