#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "os/file.hpp"
#include "os/log_position.hpp"

namespace baseline {

/// Bytes of a log that were written since the recorded position.
struct LogPart {
  File file;
  std::uint64_t from = 0;
  std::uint64_t to = 0;  ///< the file's size when it was opened
  bool rotated = false;  ///< the file that was the log when the position was recorded
};

/// A log that was opened.
struct OpenedLog {
  enum class Trouble {
    none,
    missing,   ///< it may come
    unusable,  ///< why: no access, a directory, a FIFO, …
  };
  Trouble trouble = Trouble::none;
  std::string why;
  std::vector<LogPart> parts;  ///< oldest first
  std::string note;            ///< where reading starts, when that is not the recorded position
};

/// Opens what was written to the log at `path` since `recorded`; all of it when that is null. After
/// a rotation that is the rest of the file that was the log, when it is still in the directory
/// under another name, and all of the new one; after a truncation it is all that is there. Never
/// waits, whatever the path leads to.
OpenedLog open_log(const std::string& path, const LogPosition* recorded);

}  // namespace baseline
