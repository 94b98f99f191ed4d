#include "store/sqlite/db/connection.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/file.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/small_blocks.hpp"
#include "store/sqlite/db/system_calls.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

// The whole process is to stay below 20 MiB, and a candidate and a scratch copy of it may be there
// at the same time.
constexpr std::int64_t kMaxInMemory = std::int64_t{4} << 20;

// Once for the whole process, before its first session.
void set_up() {
  constexpr sqlite3_int64 kHeapLimit = sqlite3_int64{256} << 20;
  static std::once_flag once;
  std::call_once(once, [] {
    // All that uses SQLite is on one thread (the only other one, os/read_back, reads plain files),
    // so there is nothing to lock. Refused, and no harm, where SQLite was in use before.
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    keep_small_blocks();
    listen_to_sqlite();
    // Room for pages as they are read: a run opens several small databases for a moment each, and
    // else twenty pages would be laid out for each of them at once.
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
    // A check that wants more memory fails alone.
    sqlite3_hard_heap_limit64(kHeapLimit);
    guard_system_calls();
  });
}

// The one way to a connection.
SQLite::Database open_database(Purpose purpose, const std::string& name, int flags,
                               std::chrono::milliseconds patience = kBusyTimeout) {
  set_up();
  forget_system_trouble();
  SQLite::Database database(name, flags, static_cast<int>(patience.count()));
  configure(database.getHandle(), purpose);
  return database;
}

// SQLite's own handle of the file is asked: opening and closing another descriptor of it in
// this process would drop the locks that SQLite holds (docs/ARCHITECTURE.md). Null where there
// is none.
sqlite3_file* own_file(SQLite::Database& database) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER,
                       static_cast<void*>(&file));
  return file == nullptr || file->pMethods == nullptr ? nullptr : file;
}

fs::path resolved_path(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  if (error) {
    errno = error.value();
    throw_errno("open", path.native());
  }
  return real;
}

// A file that is no database is not given to SQLite at all, which might touch what lies beside
// it. Called while SQLite has nothing open there: closing this descriptor would drop its locks.
void demand_header(const fs::path& real) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  const int fd = open_regular(real.c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0 && (errno == EACCES || errno == EPERM)) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is not readable for this user", printable(real.string())),
                "run as the owner of the database");
  }
  if (fd < 0 && (errno == ENXIO || errno == EISDIR)) {
    throw Error(ErrorCode::refused,
                fmt::format("SQLite cannot read {}: not a regular file", printable(real.string())));
  }
  if (fd < 0) throw_errno("open", real.native());
  const File file(fd, real);
  std::array<char, kMagic.size()> header{};
  const std::size_t size = file.read(header.data(), header.size(), 0);
  if (size == 0) return;  // an empty file is an empty database
  if (std::string_view(header.data(), size) == kMagic) return;
  throw Error(ErrorCode::refused, fmt::format("SQLite cannot read {}: file is not a database",
                                              printable(real.string())));
}

SQLite::Database open_file(const fs::path& real, std::string_view parameters,
                           Purpose purpose = Purpose::look) {
  constexpr int kFlags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW;
  return open_database(purpose, file_uri(real, parameters), kFlags);
}

// A database with a -wal but no -shm: a writer crashed, and nobody has it open. SQLite would
// make the -shm anew and leave it there. With exclusive locking it keeps that index in memory;
// the lock itself needs a VFS without locks, because the file is open for reading only. As with
// immutable=1, nobody is kept out.
SQLite::Database open_left_behind(const fs::path& real) {
  SQLite::Database database = open_file(real, "mode=ro&vfs=unix-none");
  leave_log_on_close(database.getHandle());
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  return database;
}

// SQLite opens lazily: only reading the schema shows whether the file can be used at all.
void demand_readable(SQLite::Database& database) {
  SQLite::Statement statement(database, "SELECT count(*) FROM sqlite_schema");
  statement.executeStep();
}

template <class Open>
SQLite::Database open_readable(const fs::path& path, Open&& open) {
  const fs::path real = resolved_path(path);
  demand_header(real);
  try {
    SQLite::Database database = open(real);
    demand_readable(database);
    return database;
  } catch (const SQLite::Exception& exception) {
    const int extended = exception.getExtendedErrorCode();
    throw_unreadable(extended > 0 ? extended : exception.getErrorCode(), exception.what(), path);
  }
}

/// SQLite::Database::backup() drops the result of executeStep() and so reports success on a
/// locked source. Step by hand and demand SQLITE_DONE.
void copy_pages(SQLite::Database& source, SQLite::Database& target) {
  const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> backup(
      sqlite3_backup_init(target.getHandle(), "main", source.getHandle(), "main"),
      &sqlite3_backup_finish);
  if (backup == nullptr) throw SQLite::Exception(target.getHandle());
  const auto deadline = std::chrono::steady_clock::now() + kBusyTimeout;
  int code = SQLITE_OK;
  do {
    code = sqlite3_backup_step(backup.get(), -1);
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
      if (std::chrono::steady_clock::now() >= deadline) break;
      sqlite3_sleep(25);
    }
  } while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED);
  if (code != SQLITE_DONE) throw SQLite::Exception(sqlite3_errstr(code), code);
}

}  // namespace

bool is_wal(SQLite::Database& database) {
  sqlite3_file* const file = own_file(database);
  std::array<char, kWalVersions.size()> versions{};
  if (file == nullptr) return false;
  if (file->pMethods->xRead(file, versions.data(), versions.size(), kVersionsAt) != SQLITE_OK) {
    return false;
  }
  return versions.back() == kWalVersions.back();
}

SQLite::Database open_reading(const fs::path& path) {
  return open_readable(path, [](const fs::path& real) {
    SQLite::Database database = open_file(real, "mode=ro");
    if (!is_wal(database)) return database;
    const auto is_missing = [&](const std::string& companion) {
      std::error_code error;
      const fs::path beside = real.parent_path() / companion;
      return fs::symlink_status(beside, error).type() == fs::file_type::not_found;
    };
    const std::string name = real.filename().string();
    if (is_missing(names::wal(name))) return open_file(real, "mode=ro&immutable=1");
    if (is_missing(names::shared_memory(name))) return open_left_behind(real);
    return database;
  });
}

SQLite::Database open_unchanging(const fs::path& path) {
  return open_readable(path,
                       [](const fs::path& real) { return open_file(real, "mode=ro&immutable=1"); });
}

SQLite::Database open_held(const fs::path& path) { return open_file(path, "mode=ro&immutable=1"); }

SQLite::Database open_writing(const fs::path& path, Purpose purpose) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW;
  return open_database(purpose, file_uri(path, "mode=rw"), kFlags, std::chrono::milliseconds(0));
}

SQLite::Database open_without_locks(const fs::path& path) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW;
  return open_database(Purpose::freeze, file_uri(path, "mode=rw&vfs=unix-none"), kFlags);
}

SQLite::Database open_source(const fs::path& path) {
  return open_file(path, "mode=ro&immutable=1", Purpose::copy);
}

void read_first_page(SQLite::Database& database) {
  SQLite::Statement(database, "PRAGMA schema_version").executeStep();
}

void take_schema_as_it_is(SQLite::Database& database) {
  // https://www.sqlite.org/pragma.html#pragma_writable_schema: errors in the schema are passed
  // over, but for the first statement that comes upon them. It stays on no longer than that, for
  // it lets SQLite pass over damage to the file as well.
  database.exec("PRAGMA writable_schema = ON");
  database.tryExec("SELECT 1 FROM sqlite_schema");
  database.exec("PRAGMA writable_schema = OFF");
}

SQLite::Database open_memory(Purpose purpose) {
  return open_database(purpose, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

SQLite::Database open_temporary(Purpose purpose) {
  return open_database(purpose, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

bool fits_in_memory(SQLite::Database& database) {
  const std::int64_t page_size = database.execAndGet("PRAGMA page_size").getInt64();
  const std::int64_t pages = database.execAndGet("PRAGMA page_count").getInt64();
  return page_size * pages <= kMaxInMemory;
}

SQLite::Database copy_of(SQLite::Database& source) {
  const std::int64_t page_size = source.execAndGet("PRAGMA page_size").getInt64();
  SQLite::Database target = fits_in_memory(source) ? open_memory() : open_temporary();
  // A database in memory cannot change its page size during the copy.
  target.exec(fmt::format("PRAGMA page_size = {}", page_size));
  copy_pages(source, target);
  return target;
}

void copy_to_file(SQLite::Database& source, const fs::path& file, bool in_wal_mode) {
  // SQLite would look for a link in each part of the path.
  const fs::path real = fs::canonical(file.parent_path()) / file.filename();
  SQLite::Database target =
      open_database(Purpose::copy, real.native(),
                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW);
  // Nobody misses it after a crash: whoever wants it to last syncs it then. Nor may a journal be
  // left beside it.
  target.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF");
  copy_pages(source, target);
  if (!in_wal_mode) return;
  // Not by PRAGMA journal_mode, which would make a -wal beside it for a moment.
  sqlite3_file* const written = own_file(target);
  const int code =
      written->pMethods->xWrite(written, kWalVersions.data(), kWalVersions.size(), kVersionsAt);
  if (code != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(code), code);
}

ShortPatience::ShortPatience(sqlite3* database, std::chrono::milliseconds timeout)
    : database_(database) {
  const auto patience = std::clamp(timeout, std::chrono::milliseconds(0), kBusyTimeout);
  sqlite3_busy_timeout(database, static_cast<int>(patience.count()));
}

ShortPatience::~ShortPatience() {
  sqlite3_busy_timeout(database_, static_cast<int>(kBusyTimeout.count()));
}

std::string file_uri(const fs::path& path, std::string_view parameters) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-~";
  // An empty authority in front, because a path that starts with // would be read as one.
  std::string uri = "file://";
  for (const char c : path.string()) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return fmt::format("{}?{}", uri, parameters);
}

}  // namespace baseline::sqlite
