#include "store/sqlite/swap/filed_copy.hpp"

#include "os/copy.hpp"
#include "os/modes.hpp"
#include "store/sqlite/swap/freeze.hpp"

namespace baseline::sqlite {
namespace {}  // namespace

Payload payload_of(const Directory& entry, const std::string& name, const struct stat& status,
                   const std::string& sha256, bool moved) {
  Payload payload{name,  static_cast<std::uint64_t>(status.st_size), sha256,
                  moved, status.st_mode & kPermissionBits,           companions(entry, name)};
  if (sha256.empty()) payload.modified = modified_at(status);
  return payload;
}

std::chrono::nanoseconds modified_at(const struct stat& status) {
  return std::chrono::seconds(status.st_mtim.tv_sec) +
         std::chrono::nanoseconds(status.st_mtim.tv_nsec);
}

bool was_written_since(const struct stat& now, const DatabaseFacts& look) {
  return look.wal_size != 0 || static_cast<std::uint64_t>(now.st_size) != look.size ||
         modified_at(now) != look.modified;
}

Payload copy_into(FileSystem& files, const Directory& entry, const std::string& name,
                  const File& source, const OnProgress& on_progress) {
  const struct stat status = source.status();
  files.unlink(entry, name);
  const File target = files.create(entry, name, kSealedFile);
  files.set_mode(target, kSealedFile);
  const std::string sha256 = copy_proven(files, source, target, on_progress);
  return payload_of(entry, name, status, sha256, false);
}

}  // namespace baseline::sqlite
