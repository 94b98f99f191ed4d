#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace baseline {

/// The bytes of a regular file. Throws Error{usage} "cannot read PATH: WHY" when it is missing, not
/// readable, no regular file, or larger than `limit` bytes.
std::string read_input_file(const std::filesystem::path& path, std::uintmax_t limit);

}  // namespace baseline
