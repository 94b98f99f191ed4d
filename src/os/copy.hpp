#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "os/file_system.hpp"

namespace baseline {

/// Told the bytes done and the total; called about once per MiB. May throw to stop.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// All of these read a large file ahead of the hashing, and do not leave it in the page cache, which
// belongs to the application: what it reads next is not an old database or a backup.

/// Reads the whole file once from front to end, hands each block to `take`, and returns the SHA-256
/// of all, in hex. Throws Error{io}.
std::string read_file(const File& file, const OnProgress& on_progress,
                      const std::function<void(std::string_view bytes)>& take);

/// What becomes of the pages of a file in the page cache, once they were read.
enum class Cached {
  drop,  ///< it is put away, and must not push out what the application reads
  keep,  ///< it is read again at once
};

/// The SHA-256 of the whole file, in hex. Throws Error{io}.
std::string hash_file(const File& file, const OnProgress& on_progress,
                      Cached cached = Cached::drop);

/// Copies all of `source` into the empty file `target` and returns the SHA-256 of the bytes as they
/// were read. Shares the blocks where the filesystem can. Does not sync. Throws Error{io}.
std::string copy_file(FileSystem& files, const File& source, const File& target,
                      const OnProgress& on_progress);

/// As copy_file(), then syncs the copy, reads it back from the disk and compares: a copy is only as
/// good as what comes back. Of a large file the beginning is read back while the rest is still
/// being copied. Throws Error{io}, also when the copy differs.
std::string copy_proven(FileSystem& files, const File& source, const File& target,
                        const OnProgress& on_progress);

}  // namespace baseline
