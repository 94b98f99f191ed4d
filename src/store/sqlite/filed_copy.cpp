#include "store/sqlite/filed_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sqlite/freeze.hpp"

namespace baseline::sqlite {
namespace {

constexpr mode_t kSealed = 0400;
constexpr mode_t kPermissions = 07777;

}  // namespace

Payload payload_of(const Directory& entry, const std::string& name, const struct stat& status,
                   const std::string& sha256, bool moved) {
  return {name,
          static_cast<std::uint64_t>(status.st_size),
          sha256,
          moved,
          status.st_mode & kPermissions,
          companions(entry, name)};
}

Payload copy_into(FileSystem& files, const Directory& entry, const std::string& name,
                  const File& source, const OnProgress& on_progress) {
  const struct stat status = source.status();
  files.unlink(entry, name);
  const File target = files.create(entry, name, kSealed);
  const std::string sha256 = copy_file(files, source, target, on_progress);
  files.set_mode(target, kSealed);
  files.sync(target);
  // From the disk, not from memory: a copy is only as good as what comes back.
  ::posix_fadvise(target.fd(), 0, 0, POSIX_FADV_DONTNEED);
  if (target.status().st_size != status.st_size || hash_file(target, on_progress) != sha256) {
    throw Error(ErrorCode::io,
                fmt::format("the copy {} reads back differently than it was written",
                            printable(target.path().native())),
                "storage error; do not retry on this disk");
  }
  return payload_of(entry, name, status, sha256, false);
}

}  // namespace baseline::sqlite
