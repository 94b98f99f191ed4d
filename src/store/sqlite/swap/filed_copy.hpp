#pragma once

#include <sys/stat.h>

#include <string>

#include "os/copy.hpp"
#include "os/file_system.hpp"
#include "store/replacement.hpp"

namespace baseline::sqlite {

/// What the catalogue is told of the file `name` in the directory of a backup.
Payload payload_of(const Directory& entry, const std::string& name, const struct stat& status,
                   const std::string& sha256, bool moved);

/// Copies `source` as `name` into the directory of a backup: durable, read-only, and read back from
/// the disk. What an interrupted copy left is made anew. Throws Error{io}.
Payload copy_into(FileSystem& files, const Directory& entry, const std::string& name,
                  const File& source, const OnProgress& on_progress);

}  // namespace baseline::sqlite
