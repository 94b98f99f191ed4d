#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "os/clock.hpp"
#include "os/file_system.hpp"

namespace baseline {

/// Which message was delivered, part by part.
struct DeliveredPart {
  std::string source;  ///< what the messages were made from: the id of a backup, a path, "live"
  std::string recipient;
  std::size_t part = 0;  ///< from 1
  std::size_t parts = 0;
};

/// Who has got which message: a file with a JSON object a line, only ever appended to
/// (docs/file-formats.md). It never holds what was sent, nor how.
class Ledger {
 public:
  /// Opens the file, making it when it is missing, and keeps others from sending with it while this
  /// lives. Throws Error{in_use} when somebody does, Error{usage} when the directory is missing or
  /// the file is no ledger, Error{io}.
  Ledger(FileSystem& files, const std::filesystem::path& file);

  /// How many parts of the message the recipient has; 0 when it was cut into other parts then.
  std::size_t parts_delivered(const std::string& source, const std::string& recipient,
                              std::size_t parts) const;

  /// Writes down, durably, that a part was delivered. Throws Error{io}.
  void record(const DeliveredPart& part, std::chrono::system_clock::time_point when);

 private:
  void read(const std::string& text);

  FileSystem& files_;
  File file_;
  /// By source and recipient: the last part, and of how many.
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::size_t>> delivered_;
};

}  // namespace baseline
