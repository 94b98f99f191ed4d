#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>

#include "os/clock.hpp"
#include "os/file_system.hpp"
#include "os/lease.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// Proof that nobody has a database open, kept as a kernel lease on its inode; everything that the
/// database is lies in that one file. A database that is missing is trivially so.
class Exclusive {
 public:
  /// Freezes the database and takes the lease, trying again until the deadline, and for a moment in
  /// any case. With `as_found` a file that SQLite cannot open is taken as it is, and its companions
  /// may stay. Throws Error{in_use} naming the holders, Error{refused} when SQLite cannot read it
  /// or when absence cannot be proven, Error{io}.
  static std::optional<Exclusive> acquire(FileSystem& files, const Target& target,
                                          const Deadline& deadline, bool as_found);

  /// Takes the lease on a file that already has its place elsewhere (recovery). Nothing when
  /// somebody has it open or no lease can be had.
  static std::optional<Exclusive> of_file(File file);

  /// Waits until nobody has the database open, without touching it; for looking before anything is
  /// built. Throws as acquire().
  static void require_unused(const Target& target, const Deadline& deadline);

  /// What a write lease on the database, taken and given back at once, tells: granted when nobody
  /// has it open. Throws Error{refused} when it cannot be opened for writing. While SQLite has it
  /// open in this process, it must not be called.
  static Lease::Outcome probe(const Target& target);

  const File& file() const { return held_->file; }
  ino_t inode() const { return held_->file.status().st_ino; }
  /// Whether still nobody has come for the file.
  bool intact() const { return held_->lease.held(); }

 private:
  struct Held {
    File file;
    Lease lease;
  };
  explicit Exclusive(std::unique_ptr<Held> held) : held_(std::move(held)) {}
  std::unique_ptr<Held> held_;
};

/// Opens the database for reading and writing. Nothing while another run has its lease, which it
/// has for a moment when it only looks. Throws Error{refused} when this user may not.
std::optional<File> open_writable(const Target& target);

/// `deadline`, but a tenth of a second from now at least: who only looks at the database (`status`,
/// another run that tests whether a lease can be had, a program that copies files) is gone by then.
Deadline past_a_glance(const Deadline& deadline);

/// Sleeps a little before the next attempt; once the deadline passed, throws Error{in_use} naming
/// the processes that have the database open. Throws Interrupted.
void pause_or_throw_in_use(const Target& target, const Deadline& deadline);

/// Throws Error{refused}: SQLite cannot read it, for this reason.
[[noreturn]] void throw_unreadable(const Target& target, const std::string& reason);

}  // namespace baseline::sqlite
