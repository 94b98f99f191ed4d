#pragma once

#include <sys/stat.h>

#include <memory>
#include <optional>

#include "os/clock.hpp"
#include "os/file_system.hpp"
#include "os/lease.hpp"
#include "store/sqlite/target.hpp"

namespace baseline::sqlite {

/// Proof that nobody has a database open, kept as a kernel lease on its inode; everything that the
/// database is lies in that one file. A database that is missing is trivially so.
class Exclusive {
 public:
  /// Freezes the database and takes the lease, trying again until the deadline. With `as_found` the
  /// file is not given to SQLite, and its companions may stay. Throws Error{in_use} naming the
  /// holders, Error{refused} when SQLite cannot read it or when absence cannot be proven,
  /// Error{io}.
  static std::optional<Exclusive> acquire(FileSystem& files, const Target& target,
                                          const Deadline& deadline, bool as_found);

  /// Takes the lease on a file that already has its place elsewhere (recovery). Nothing when
  /// somebody has it open or no lease can be had.
  static std::optional<Exclusive> of_file(File file);

  /// Waits until nobody has the database open, without touching it; for looking before anything is
  /// built. Throws as acquire().
  static void require_unused(const Target& target, const Deadline& deadline);

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

}  // namespace baseline::sqlite
