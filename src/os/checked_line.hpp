#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace baseline {

/// `record` as one line that tells whether it was damaged: "CHECKSUM RECORD\n", where the checksum
/// is the first 16 digits of the record's SHA-256 (docs/file-formats.md). The record must not hold
/// a newline.
std::string checked_line(const std::string& record);

/// The record of such a line, which comes without its newline; nothing when it is torn or damaged.
std::optional<std::string> unchecked_line(std::string_view line);

}  // namespace baseline
