#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "os/file.hpp"

namespace baseline {

/// Where a log file ended at one moment, so that what was written later can be told from what was
/// there (docs/file-formats.md, "Log positions").
struct LogPosition {
  std::string path;  ///< absolute, bytes
  bool exists = false;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;  ///< bytes
  /// SHA-256 of the last bytes before `size`, kLogTail at most; empty when they could not be read.
  /// A file that was cut off and has grown again, or a new one that got the number of the old one,
  /// is told by it.
  std::string tail_sha256;
};

inline constexpr std::uint64_t kLogTail = 256;

/// The end of the file at `path` now, links followed. Nothing when it cannot be told: no access, or
/// not a regular file. Never opens a FIFO or a device.
std::optional<LogPosition> log_position(const std::string& path);

/// Whether the file holds, up to `position.size`, what it held when the position was taken, as far
/// as inode, size and tail tell. Throws Error{io} when it cannot be read.
bool continues(const File& file, const LogPosition& position);

nlohmann::json to_json(const std::vector<LogPosition>& positions);
/// Throws nlohmann::json::exception on anything else.
std::vector<LogPosition> log_positions_from_json(const nlohmann::json& json);

}  // namespace baseline
