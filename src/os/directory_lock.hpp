#pragma once

#include <optional>
#include <utility>

#include "os/clock.hpp"
#include "os/file.hpp"

namespace baseline {

/// Keeps other processes that ask for the same out of one directory, until it ends or its process
/// does: flock(2). Some network filesystems cannot lock a directory; there it keeps nobody out.
class DirectoryLock {
 public:
  /// Nothing when another process has it until the deadline has passed. Throws Interrupted.
  static std::optional<DirectoryLock> acquire(Directory directory, const Deadline& deadline);

  /// The directory that is locked, also when it has got another name since.
  const Directory& directory() const { return directory_; }

 private:
  explicit DirectoryLock(Directory directory) : directory_(std::move(directory)) {}
  Directory directory_;
};

}  // namespace baseline
