#include "store/sqlite/swap/freeze.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/swap/own_companions.hpp"

namespace baseline::sqlite {
namespace {

bool is_unreadable(int code) {
  switch (code & kPrimaryCode) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return true;
    case SQLITE_CANTOPEN:
      return system_trouble() == 0;
    // "unsupported file format" comes as a plain error.
    case SQLITE_ERROR:
      return true;
    default:
      return false;
  }
}

void checkpoint(SQLite::Database& database, int mode) {
  const int code = sqlite3_wal_checkpoint_v2(database.getHandle(), "main", mode, nullptr, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception(database.getHandle(), code);
}

bool begins_as_database(const File& file) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, kMagic.size()> header{};
  const std::size_t size = file.read(header.data(), header.size(), 0);
  return size == 0 || std::string_view(header.data(), size) == kMagic;
}

// Nothing here parses the schema: what it says, and whether it can be parsed at all, is no matter.
void lock_and_checkpoint(SQLite::Database& database) {
  database.setBusyTimeout(0);
  // The first read brings in a hot journal or a crashed writer's WAL.
  read_first_page(database);
  database.execAndGet("PRAGMA locking_mode = EXCLUSIVE");
  // Not COMMIT: it would make a page of an empty file, which is to stay as it is.
  database.exec("BEGIN EXCLUSIVE; ROLLBACK");
  checkpoint(database, SQLITE_CHECKPOINT_TRUNCATE);
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
    SQLite::Database database = open_writing(target.resolved, Purpose::freeze);
    return freeze_open(database);
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    // What it cannot open, it cannot read.
    if (is_unreadable(code)) return {FreezeOutcome::Kind::unreadable, error.what()};
    throw Error(ErrorCode::io,
                fmt::format("cannot freeze {}: {}", printable(target.resolved.native()),
                            with_system_cause(code, error.what())));
  }
}

void bring_in_log(FileSystem& files, const Target& target) {
  const std::string wal = names::wal(target.name);
  // What is no database at all is never given to SQLite, which would remove what lies beside it.
  if (!target.directory.contains(wal) || !has_database_header(target)) return;
  keep_what_is_replaced(target);
  try {
    SQLite::Database database = open_writing(target.resolved, Purpose::freeze);
    read_first_page(database);
    checkpoint(database, SQLITE_CHECKPOINT_PASSIVE);
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
  const auto file = target.directory.open_file(target.name, false);
  return file && begins_as_database(*file);
}

bool may_only_be_read(const Directory& directory, const std::string& name) {
  // https://www.sqlite.org/fileformat2.html#file_format_version_numbers
  constexpr std::uint64_t kWriteVersionAt = 18;
  constexpr unsigned kNewestWritten = 2;
  const auto file = directory.open_file(name, false);
  char version = 0;
  return file && file->read(&version, 1, kWriteVersionAt) == 1 &&
         static_cast<unsigned char>(version) > kNewestWritten;
}

std::string why_bytes_only(const Directory& directory, const std::string& name) {
  {
    const auto file = directory.open_file(name, false);
    if (!file) return {};
    if (!begins_as_database(*file)) return "file is not a database";
  }
  if (may_only_be_read(directory, name)) return "its format may be read, but not written";
  try {
    // As what replaces the content will, but for reading only.
    SQLite::Database database = open_source(directory / name);
    read_first_page(database);
    take_schema_as_it_is(database);
    database.exec("PRAGMA synchronous = FULL");
    return {};
  } catch (const SQLite::Exception& error) {
    if (!is_unreadable(error.getErrorCode())) {
      throw_unreadable(error.getExtendedErrorCode(), error.what(), directory / name);
    }
    return error.what();
  }
}

bool has_hot_journal(const Target& target) {
  const std::string name = names::rollback_journal(target.name);
  return target.directory.contains(name) && !is_dead_journal(target, name);
}

}  // namespace baseline::sqlite
