#pragma once

#include <filesystem>

#include "os/file.hpp"

namespace baseline {

/// The directory in which a file that the user has named is, or is to be made. `file` is absolute.
/// Throws Error{usage} when there is no such directory, or the path names no file.
Directory parent_directory(const std::filesystem::path& file);

}  // namespace baseline
