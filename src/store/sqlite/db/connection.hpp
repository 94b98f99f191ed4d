#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "store/sqlite/db/configuration.hpp"
#include "store/value.hpp"

struct sqlite3;

namespace baseline::sqlite {

/// Opens a file read-only as docs/checks.md, "Isolation and phases" says: never writing it, waiting
/// up to 5 s. An idle WAL database (no -wal beside it) is opened immutable, and one with a -wal
/// that was left behind keeps the index of it in memory, so that no -wal or -shm appears. Throws
/// Error as open_live() of sessions.hpp.
SQLite::Database open_reading(const std::filesystem::path& path);

/// Opens a file that nobody else can have open, `immutable=1`. Errors as above.
SQLite::Database open_unchanging(const std::filesystem::path& path);

/// Opens a file on which a connection of this process has the exclusive lock, without a lock of its
/// own: `immutable=1`. Nothing else is opened, for to close it would drop that lock. Throws
/// SQLite::Exception.
SQLite::Database open_held(const std::filesystem::path& path);

/// Opens a file for reading and writing, as the application does, for Purpose::freeze or copy; it
/// must exist. SQLite has read nothing of it yet, and waits for no lock. Throws SQLite::Exception.
SQLite::Database open_writing(const std::filesystem::path& path, Purpose purpose);

/// To write to a file that another connection of this process has locked, and keeps locked. WAL
/// mode without shared memory wants exclusive locking.
SQLite::Database open_without_locks(const std::filesystem::path& path);

/// Opens a file that nobody else can have open as the source of a copy, whatever it holds. Throws
/// SQLite::Exception.
SQLite::Database open_source(const std::filesystem::path& path);

/// Makes SQLite read the first page, which opens the database: what a crashed writer left is
/// brought in where the connection may write, and no line of the schema is parsed. Throws
/// SQLite::Exception where SQLite cannot open the file at all.
void read_first_page(SQLite::Database& database);

/// Has SQLite take what it can of a schema that does not parse. Some pragmas that have nothing to
/// do with the schema refuse to run before it is read (journal_mode, synchronous). For
/// Purpose::freeze.
void take_schema_as_it_is(SQLite::Database& database);

/// An empty database in memory.
SQLite::Database open_memory(Purpose purpose = Purpose::judge);

/// An empty private database that SQLite keeps in a nameless temporary file once it grows.
SQLite::Database open_temporary(Purpose purpose = Purpose::judge);

/// Whether the database is small enough for copies of it to be made in memory (4 MiB).
bool fits_in_memory(SQLite::Database& database);

/// A private copy of `source`: in memory when it fits there, else in a temporary file.
SQLite::Database copy_of(SQLite::Database& source);

/// A copy of `source` as a new file, marked as being in WAL mode if that is asked for. Not synced.
void copy_to_file(SQLite::Database& source, const std::filesystem::path& file,
                  bool in_wal_mode = false);

/// The write and read version in a database file that is in WAL mode, and their place in it
/// (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
inline constexpr std::string_view kWalVersions = "\2\2";
inline constexpr std::size_t kVersionsAt = 18;

/// Whether the file that is open is in WAL mode. PRAGMA journal_mode does not tell: an immutable
/// connection has none.
bool is_wal(SQLite::Database& database);

using baseline::quoted_identifier;

/// How long a statement waits for a locked database, unless it has less time.
inline constexpr std::chrono::milliseconds kBusyTimeout(5'000);

/// Lets the statements of a connection wait no longer than `timeout` for its lifetime.
class ShortPatience {
 public:
  ShortPatience(sqlite3* database, std::chrono::milliseconds timeout);
  ~ShortPatience();
  ShortPatience(const ShortPatience&) = delete;
  ShortPatience& operator=(const ShortPatience&) = delete;

 private:
  sqlite3* database_;
};

/// The file URI of an absolute path, any byte of it allowed (https://www.sqlite.org/uri.html).
std::string file_uri(const std::filesystem::path& path, std::string_view parameters);

}  // namespace baseline::sqlite
