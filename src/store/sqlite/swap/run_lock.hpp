#pragma once

#include <optional>
#include <string>

#include "os/clock.hpp"
#include "os/file_system.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// Keeps other runs away from one database: an open-file-description lock, which the kernel drops
/// when the process dies, on a file that is never removed. The file's text names the holder.
class RunLock {
 public:
  /// Throws Error{in_use} "another baseline run has FILE: pid …" once the deadline passed.
  RunLock(FileSystem& files, const Target& target, const std::string& command,
          const std::string& started, const Deadline& deadline);

  /// Who holds the lock now, for people; nothing when it is free. Changes nothing.
  static std::optional<std::string> holder(const Target& target);

 private:
  bool try_lock(FileSystem& files, const Target& target);

  File file_;
};

}  // namespace baseline::sqlite
