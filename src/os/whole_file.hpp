#pragma once

#include <string>
#include <string_view>

#include "os/file_system.hpp"

namespace baseline {

/// Whether a power cut may leave the new name with nothing in it.
enum class PowerCut { must_not_tear, may_tear };

/// Makes `text` the whole content of `name`, or leaves what is there as it is: writes it into a
/// NewFile, syncs that (unless it may tear) and renames it from `temporary` in the same directory.
/// Its mode is `mode` without the bits of the umask. Throws Error{io}, with the new file removed.
void write_whole(FileSystem& files, const Directory& directory, const std::string& name,
                 const std::string& temporary, std::string_view text,
                 PowerCut power_cut = PowerCut::must_not_tear, mode_t mode = 0666);

}  // namespace baseline
