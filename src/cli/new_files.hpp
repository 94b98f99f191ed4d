#pragma once

#include <filesystem>
#include <vector>

#include "checks/generate/generate.hpp"

namespace baseline {

/// Writes files that do not exist yet, whose names may lead into directories below `directory`; all
/// directories that are missing are made. Either all files are there afterwards or none; a process
/// that is killed leaves some of them, whole, and the next call goes on where it was. Throws
/// Error{usage}, before anything is written, that names those which exist with another content:
/// somebody may have made them their own. Throws Error{io}.
void write_new_files(const std::filesystem::path& directory,
                     const std::vector<GeneratedFile>& files);

}  // namespace baseline
