#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

#include "os/file_system.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// What checkpointing and locking a database found.
struct FreezeOutcome {
  enum class Kind {
    frozen,
    in_use,      ///< another connection has it locked, or is open in WAL mode
    unreadable,  ///< SQLite cannot read it
  };
  Kind kind = Kind::frozen;
  std::string reason;  ///< unreadable: SQLite's words
};

/// Makes the database one file that is complete in itself: recovers a crashed writer's journal or
/// WAL, proves that no connection holds a lock, checkpoints, and closes. The content stays; bytes
/// change only where a WAL or a hot journal had to be brought in. Does not wait. Throws Error{io},
/// and as keep_what_is_replaced().
///
/// The order is that of docs/ARCHITECTURE.md: locking_mode=EXCLUSIVE comes after the first access,
/// else a crashed database's -shm stays behind, and journal_mode is left alone, because changing it
/// changes the file.
FreezeOutcome freeze(const Target& target);

/// Moves what a -wal holds into the database file, without keeping anybody out, and closes; the
/// -wal is gone then, unless somebody else uses it. Does nothing where there is no -wal or SQLite
/// cannot read it. When the -wal is gone, the directory is synced: after a power cut it could be
/// back, beside another database. Throws Error{io}.
void bring_in_log(FileSystem& files, const Target& target);

/// The same as freeze() on a connection of the caller, which stays open and keeps the exclusive
/// lock. Throws SQLite::Exception where freeze() throws Error{io}.
FreezeOutcome freeze_open(SQLite::Database& database);

/// The names of SQLite's companions (-wal, -shm, -journal) that lie beside the database.
std::vector<std::string> companions(const Target& target);
/// The same of a database `name` in any directory.
std::vector<std::string> companions(const Directory& directory, const std::string& name);

/// Whether a companion is nobody's, and may be removed by whoever has the database alone: a dead
/// -journal, an empty -wal, a -shm without a -wal that it would be the index of.
bool is_leftover(const Target& target, const std::string& name);

/// Whether a -journal is dead: empty, or its header zeroed, as journal_mode TRUNCATE and PERSIST
/// leave it. A dead one may be removed.
bool is_dead_journal(const Target& target, const std::string& name);

/// Whether the file begins as a SQLite database does, or is empty, which is one too.
bool has_database_header(const Target& target);

/// Whether SQLite may read the file, but not write to it: a newer release has made it.
bool may_only_be_read(const Directory& directory, const std::string& name);

/// Why SQLite can neither lock nor copy nor replace the content of a file, so that only its bytes
/// count; empty: it can, whatever the content is. Nobody may be writing to the file, or the answer
/// is that of a moment. Changes nothing. While SQLite has the file open in this process, it must
/// not be called.
std::string why_bytes_only(const Directory& directory, const std::string& name);

/// Whether a crashed writer left a -journal that SQLite has to roll back.
bool has_hot_journal(const Target& target);

}  // namespace baseline::sqlite
