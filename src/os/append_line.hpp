#pragma once

#include <string_view>

#include "os/file_system.hpp"

namespace baseline {

/// Adds a line, which holds no line feed, to the end of a file that was opened to append, and syncs
/// it. Where a power cut has torn the last line there, the new one begins on a line of its own.
/// Throws Error{io}.
void append_line(FileSystem& files, const File& file, std::string_view line);

}  // namespace baseline
