#include "store/sqlite/swap/held_database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <exception>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/holders.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/sqlite/swap/content_digest.hpp"
#include "store/sqlite/swap/exclusive.hpp"
#include "store/sqlite/swap/freeze.hpp"
#include "store/sqlite/swap/own_companions.hpp"

namespace baseline::sqlite {
namespace {

bool is_open_elsewhere(const Target& target) {
  switch (Exclusive::probe(target)) {
    case Lease::Outcome::granted:
      return false;
    case Lease::Outcome::in_use:
      return true;
    case Lease::Outcome::impossible:
      break;
  }
  const auto status = target.directory.status(target.name);
  return status && !holders_of(*status).empty();
}

Error write_error(const Target& target, int code, const std::string& reason) {
  constexpr int kPrimaryCode = 0xFF;
  if ((code & kPrimaryCode) == SQLITE_FULL) {
    return {ErrorCode::io, fmt::format("cannot write {}: the disk is full", target.display()),
            "free some space beside the database"};
  }
  return {ErrorCode::io,
          fmt::format("cannot write {}: {}", target.display(), with_system_cause(code, reason))};
}

}  // namespace

void require_nobody(const Target& target, const Deadline& deadline) {
  if (!target.directory.contains(target.name)) return;
  const Deadline patience = past_a_glance(deadline);
  while (is_open_elsewhere(target)) pause_or_throw_in_use(target, patience);
}

std::unique_ptr<HeldDatabase> HeldDatabase::acquire(const Target& target,
                                                    const Deadline& deadline) {
  for (;; pause_or_throw_in_use(target, deadline)) {
    require_nobody(target, deadline);
    std::optional<File> file = open_writable(target);
    if (!file) continue;
    FreezeOutcome outcome;
    try {
      keep_what_is_replaced(target);
      SQLite::Database database = open_writing(target.resolved, Purpose::freeze);
      outcome = freeze_open(database);
      if (outcome.kind == FreezeOutcome::Kind::frozen) {
        // Not the constructor of unique_ptr: it is private.
        return std::unique_ptr<HeldDatabase>(
            new HeldDatabase(target, *std::move(file), std::move(database)));
      }
    } catch (const SQLite::Exception& error) {
      throw write_error(target, error.getErrorCode(), error.what());
    }
    if (outcome.kind == FreezeOutcome::Kind::unreadable) throw_unreadable(target, outcome.reason);
  }
}

void HeldDatabase::start_over() {
  if (lock_) return;
  try {
    // The locks of the first connection keep everybody else out.
    SQLite::Database fresh = open_without_locks(target_.resolved);
    fresh.exec("PRAGMA locking_mode = EXCLUSIVE");
    lock_.emplace(std::move(database_));
    database_ = std::move(fresh);
  } catch (const SQLite::Exception& error) {
    throw write_error(target_, error.getErrorCode(), error.what());
  }
}

void HeldDatabase::leave_wal_mode(FileSystem& files) {
  if (!is_in_wal_mode(file_)) return;
  try {
    take_schema_as_it_is(database_);
    // To its end: it answers "delete", and only the commit after that writes it into the file. The
    // file is asked, for what is written while it says WAL goes into a -wal again.
    SQLite::Statement mode(database_, "PRAGMA journal_mode = DELETE");
    while (mode.executeStep()) {
    }
    if (is_in_wal_mode(file_)) throw SQLite::Exception("it stays in WAL mode", SQLITE_BUSY);
  } catch (const SQLite::Exception& error) {
    throw write_error(target_, error.getErrorCode(), error.what());
  }
  // SQLite says nothing when it could not remove its -wal, and does not sync the directory. There,
  // or back after a power cut, it would be read into the new content.
  for (const std::string& name : {names::wal(target_.name), names::shared_memory(target_.name)}) {
    if (target_.directory.contains(name)) files.unlink(target_.directory, name);
  }
  files.sync_directory(target_.directory);
}

void HeldDatabase::replace_by(const std::filesystem::path& source) {
  try {
    SQLite::Database from = open_source(source);
    take_schema_as_it_is(database_);
    database_.exec("PRAGMA synchronous = FULL");
    sqlite3_backup* const backup =
        sqlite3_backup_init(database_.getHandle(), "main", from.getHandle(), "main");
    if (backup == nullptr) throw SQLite::Exception(database_.getHandle());
    const int code = sqlite3_backup_step(backup, -1);
    const int end = sqlite3_backup_finish(backup);
    // SQLITE_DONE is the only success, and it comes after the commit.
    if (code != SQLITE_DONE) throw SQLite::Exception(sqlite3_errstr(code), code);
    if (end != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(end), end);
  } catch (const SQLite::Exception& error) {
    throw write_error(target_, error.getErrorCode(), error.what());
  }
}

std::unique_ptr<Session> HeldDatabase::open() const {
  return translated([&] {
    return std::make_unique<SqliteSession>(open_held(target_.resolved), SqliteSession::Role::live);
  });
}

void HeldDatabase::release(std::unique_ptr<HeldDatabase> held, FileSystem& files) {
  if (!held) return;
  // In exclusive locking mode SQLite keeps its journal, with an empty header. Under the lock nobody
  // else can have one there.
  try {
    const std::string journal = names::rollback_journal(held->target_.name);
    if (held->target_.directory.contains(journal) && is_dead_journal(held->target_, journal)) {
      files.unlink(held->target_.directory, journal);
    }
  } catch (const std::exception&) {
    // It does no harm, and what is live must not be undone for it.
  }
}

void remove_dead_journal(const Target& target, FileSystem& files) {
  const std::string journal = names::rollback_journal(target.name);
  if (!target.directory.contains(journal) || !is_dead_journal(target, journal)) return;
  try {
    HeldDatabase::release(HeldDatabase::acquire(target, Deadline(std::chrono::milliseconds(0))),
                          files);
  } catch (const std::exception&) {
    // Whoever uses the database can live with it, and so can the next run.
  }
}

void return_to_wal_mode(const Target& target) {
  const auto file = target.directory.open_file(target.name, false);
  if (!file || is_in_wal_mode(*file)) return;
  try {
    keep_what_is_replaced(target);
    SQLite::Database database = open_writing(target.resolved, Purpose::freeze);
    take_schema_as_it_is(database);
    database.execAndGet("PRAGMA journal_mode = WAL");
  } catch (const std::exception&) {
    // The content is what counts; the application can switch it on again.
  }
}

}  // namespace baseline::sqlite
