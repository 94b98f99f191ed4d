#pragma once

#include <sys/stat.h>

#include <chrono>
#include <string>

#include "os/copy.hpp"
#include "os/file_system.hpp"
#include "store/store.hpp"

namespace baseline::sqlite {

/// What the catalogue is told of the file `name` in the directory of a backup.
Payload payload_of(const Directory& entry, const std::string& name, const struct stat& status,
                   const std::string& sha256, bool moved);

/// When a file was last written, since 1970.
std::chrono::nanoseconds modified_at(const struct stat& status);

/// Whether the old database, which is complete in itself and free, was written to since a look at
/// it.
bool was_written_since(const struct stat& now, const DatabaseFacts& look);

/// Copies `source` as `name` into the directory of a backup: durable, read-only, and read back from
/// the disk. What an interrupted copy left is made anew. Throws Error{io}.
Payload copy_into(FileSystem& files, const Directory& entry, const std::string& name,
                  const File& source, const OnProgress& on_progress);

}  // namespace baseline::sqlite
