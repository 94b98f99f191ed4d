#pragma once

#include "os/file.hpp"

namespace baseline {

/// A kernel write lease on an open file: granted only while nobody else has the inode open, in any
/// process, container or through any name (fcntl(2), F_SETLEASE). Somebody who opens it later
/// breaks the lease, which held() tells, and waits in the kernel until it is released.
class Lease {
 public:
  enum class Outcome {
    granted,
    in_use,      ///< somebody has the inode open
    impossible,  ///< not the owner of the file, or the filesystem has no leases
  };

  /// Tries to take the lease on `file`, which must outlive it. Never waits.
  Outcome acquire(const File& file);
  /// Whether the lease is still whole: false as soon as somebody tried to open the file.
  bool held() const;
  void release();

  Lease() = default;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { release(); }

 private:
  const File* file_ = nullptr;
};

}  // namespace baseline
