#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "os/clock.hpp"
#include "os/file_system.hpp"
#include "store/session.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// Waits until nobody has the database open, without touching it: by a lease, and where none can be
/// had by what /proc shows. A database that is missing is unused. Throws Error{in_use} naming the
/// processes once the deadline passed, Error{refused} when it cannot be opened for writing.
void require_nobody(const Target& target, const Deadline& deadline);

/// The live database under SQLite's exclusive lock: one file that is complete in itself, which
/// nobody else can read or write, and whose content can be replaced in one transaction.
///
/// While the object lives, no other descriptor of the file may be closed in this process: that
/// would drop SQLite's locks (fcntl(2)). So it brings its own, and closes it last.
class HeldDatabase {
 public:
  /// Brings in what a crashed writer left and takes the lock, trying again until the deadline.
  /// Throws Error{in_use} naming the holders, Error{refused} when SQLite cannot read it, Error{io}.
  static std::unique_ptr<HeldDatabase> acquire(const Target& target, const Deadline& deadline);

  /// The bytes of the database, as long as nothing has been replaced those that were frozen.
  const File& file() const { return file_; }

  /// Takes it out of WAL mode: SQLite cannot change the page size of a database in WAL mode. Only
  /// the header changes. What was beside it is gone for good when this returns.
  void leave_wal_mode(FileSystem& files);

  /// Replaces the content by that of another database file, which nobody writes to. Throws
  /// Error{io}; then the content is the old one, or SQLite's journal lies beside it, with which the
  /// next opener brings the old one back; or it is the new one, and only its sync has failed.
  void replace_by(const std::filesystem::path& source);

  /// Takes a new connection for what comes, under the same lock: a connection learns the text
  /// encoding of its file but once, and replace_by() may have changed that.
  void start_over();

  /// The database, read-only, under the lock.
  std::unique_ptr<Session> open() const;

  /// Gives the lock back. Never throws. (Being destroyed does that, too, but leaves SQLite's dead
  /// journal.)
  static void release(std::unique_ptr<HeldDatabase> held, FileSystem& files);

 private:
  HeldDatabase(const Target& target, File file, SQLite::Database database)
      : target_(target), file_(std::move(file)), database_(std::move(database)) {}

  const Target& target_;
  File file_;  // before the database: it must be closed last
  // The connection that has the lock, after start_over(). Before the other one, too, which has none
  // that its end could drop.
  std::optional<SQLite::Database> lock_;
  SQLite::Database database_;
};

/// Removes the dead journal that a run leaves which is cut off under the lock. Does nothing where
/// somebody uses the database: under a lock only nobody else can be about to write one.
void remove_dead_journal(const Target& target, FileSystem& files);

/// Puts a database that left WAL mode back into it. Does nothing where somebody uses it.
void return_to_wal_mode(const Target& target);

}  // namespace baseline::sqlite
