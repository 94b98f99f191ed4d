#pragma once

#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

// A -wal or -journal beside a database file is brought into it by whoever opens it next, whosever
// it is: SQLite has no proof that the two belong together. After a copy of another database, or of
// another day, was put in the place of one that was not closed, they do not, and what was put there
// would be gone. So nothing here gives a database to SQLite before one of these two was asked, both
// while SQLite has nothing open there in this process. Without companions they cost three looks at
// the directory.

/// Before the database is read. Throws Error{refused}, naming the file and the command that moves
/// it away, when something beside it is surely not its own, or no regular file (it is not opened
/// then); or when a file in another directory decides about a transaction over several databases.
/// Throws Error{io}. Where somebody has the database open in WAL mode, it was brought in long ago,
/// and is not looked at.
void require_own_companions(const Target& target);

/// Before the database is opened for writing: the same, in any case. And what will be brought in
/// but cannot be proven to be its own is kept (Target::keep), each with the pages that it replaces;
/// so is a file of which nothing is valid, which SQLite would remove.
void keep_what_is_replaced(const Target& target);

}  // namespace baseline::sqlite
