#pragma once

#include "os/file.hpp"

namespace baseline::sqlite {

/// Replaces the calls with which SQLite reaches files, for the whole process
/// (https://www.sqlite.org/c3ref/vfs.html, xSetSystemCall). To be called once, after SQLite was
/// configured and before it opens a file. From then on SQLite
///  - opens regular files only, never through a link, and does not wait at a FIFO;
///  - removes only what it has just made, and what belongs to a database that it writes to. The
///    name of a super-journal is taken from a file, and could be any;
///  - uses the effective user where it asks what may be done.
void guard_system_calls();

/// While it lives, SQLite reaches what is in the directory through its descriptor, whatever the
/// path leads to meanwhile.
class HeldDirectory {
 public:
  HeldDirectory() = default;
  /// The directory must outlive it; it may be moved.
  explicit HeldDirectory(const Directory& directory);
  HeldDirectory(HeldDirectory&& other) noexcept;
  HeldDirectory& operator=(HeldDirectory&& other) noexcept;
  HeldDirectory(const HeldDirectory&) = delete;
  HeldDirectory& operator=(const HeldDirectory&) = delete;
  ~HeldDirectory() { release(); }

 private:
  void release() noexcept;

  int fd_ = -1;
};

/// The open() that SQLite uses: -1 and errno when that fails, ENXIO for what is no regular file.
/// Waits for another run that has the file in its window.
int open_regular(const char* path, int flags, int mode);

}  // namespace baseline::sqlite
