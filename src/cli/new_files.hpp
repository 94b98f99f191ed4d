#pragma once

#include <filesystem>
#include <vector>

#include "checks/generate/generate.hpp"

namespace baseline {

/// Writes files that do not exist yet, whose names may lead into directories below `directory`; all
/// directories that are missing are made. Either all files are there afterwards or none. Throws
/// Error{usage}, before anything is written, that names those which exist: somebody may have made
/// them their own. Throws Error{io}.
void write_new_files(const std::filesystem::path& directory,
                     const std::vector<GeneratedFile>& files);

}  // namespace baseline
