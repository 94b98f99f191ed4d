#pragma once

#include <string>
#include <string_view>

#include "os/file_system.hpp"

namespace baseline {

/// Makes `text` the whole content of `name`, or leaves what is there as it is: writes it into
/// `temporary` in the same directory, syncs that and renames it. The mode is 0666 without the bits
/// of the umask. Throws Error{io}, after the temporary file was removed.
void write_whole(FileSystem& files, const Directory& directory, const std::string& name,
                 const std::string& temporary, std::string_view text);

}  // namespace baseline
