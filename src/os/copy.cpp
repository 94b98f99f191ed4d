#include "os/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/read_back.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

constexpr std::uint64_t kCopyBlock = std::uint64_t{1} << 20U;
// What the disk works on while this reads and hashes.
constexpr std::uint64_t kAhead = ReadBack::kPiece;

void advise(const File& file, std::uint64_t offset, std::uint64_t size, int advice) {
  ::posix_fadvise(file.fd(), static_cast<off_t>(offset), static_cast<off_t>(size), advice);
}

// Takes what was read up to `end` out of the page cache. The kernel keeps pages in larger units,
// and drops none of which only a part is asked for: what the last call had to leave goes with this
// one.
void drop_behind(const File& file, std::uint64_t end) {
  if (end % kAhead != 0) return;
  const std::uint64_t start = end - std::min(end, 2 * kAhead);
  advise(file, start, end - start, POSIX_FADV_DONTNEED);
}

// Reads the file once from front to end, hashing it, and hands each block to `use`.
template <typename Use>
std::string read_through(const File& file, const OnProgress& on_progress, Cached cached, Use use) {
  const auto total = static_cast<std::uint64_t>(file.status().st_size);
  const bool large = total > kAhead;
  const bool drops = large && cached == Cached::drop;
  if (large) advise(file, 0, kAhead, POSIX_FADV_WILLNEED);
  std::vector<char> block(std::min(kCopyBlock, std::max<std::uint64_t>(total, 1)));
  Sha256 hash;
  for (std::uint64_t done = 0; done < total;) {
    if (large) advise(file, done + kAhead, kCopyBlock, POSIX_FADV_WILLNEED);
    const std::size_t got = file.read(block.data(), block.size(), done);
    if (got == 0) break;  // it became shorter; the caller compares sizes
    const std::string_view bytes(block.data(), got);
    hash.update(bytes);
    use(bytes, done);
    done += got;
    if (drops) drop_behind(file, done);
    if (on_progress) on_progress(done, total);
  }
  if (drops) advise(file, 0, 0, POSIX_FADV_DONTNEED);
  return hash.hex();
}

// Has the disk begin with what was written, long before somebody asks to sync it. Only a hint: what
// fails here fails again when it is synced.
void begin_to_write(const File& file, std::uint64_t end) {
  if (end % ReadBack::kPiece != 0) return;
  ::sync_file_range(file.fd(), static_cast<off64_t>(end - ReadBack::kPiece),
                    static_cast<off64_t>(ReadBack::kPiece), SYNC_FILE_RANGE_WRITE);
}

// Copies, and tells `after` how far the copy has come.
template <typename After>
std::string copy_through(FileSystem& files, const File& source, const File& target,
                         const OnProgress& on_progress, After after) {
  const bool cloned = files.clone(source, target);
  const auto use = [&](std::string_view bytes, std::uint64_t offset) {
    if (!cloned) files.write(target, bytes, offset);
    after(offset + bytes.size());
  };
  return read_through(source, on_progress, Cached::drop, use);
}

std::string copy_reading_back(FileSystem& files, const File& source, const File& target,
                              const OnProgress& on_progress, std::string& back) {
  const auto total = static_cast<std::uint64_t>(source.status().st_size);
  ReadBack reader(target);
  std::string read = copy_through(files, source, target, on_progress, [&](std::uint64_t end) {
    begin_to_write(target, end);
    reader.written_to(end);
  });
  back = reader.finish([&] {
    if (on_progress) on_progress(total, total);
  });
  files.sync(target);
  return read;
}

}  // namespace

std::string read_file(const File& file, const OnProgress& on_progress,
                      const std::function<void(std::string_view)>& take) {
  return read_through(file, on_progress, Cached::drop,
                      [&](std::string_view bytes, std::uint64_t) { take(bytes); });
}

std::string hash_file(const File& file, const OnProgress& on_progress, Cached cached) {
  return read_through(file, on_progress, cached, [](std::string_view, std::uint64_t) {});
}

std::string copy_file(FileSystem& files, const File& source, const File& target,
                      const OnProgress& on_progress) {
  return copy_through(files, source, target, on_progress,
                      [&](std::uint64_t end) { begin_to_write(target, end); });
}

std::string copy_proven(FileSystem& files, const File& source, const File& target,
                        const OnProgress& on_progress) {
  const off_t size = source.status().st_size;
  std::string read;
  std::string back;
  if (static_cast<std::uint64_t>(size) > ReadBack::kPiece) {
    read = copy_reading_back(files, source, target, on_progress, back);
  } else {
    read = copy_file(files, source, target, on_progress);
    files.sync(target);
    advise(target, 0, 0, POSIX_FADV_DONTNEED);
    back = hash_file(target, on_progress);
  }
  if (target.status().st_size != size || back != read) {
    throw Error(ErrorCode::io,
                fmt::format("the copy {} reads back differently than it was written",
                            printable(target.path().native())),
                "storage error; do not retry on this disk");
  }
  return read;
}

}  // namespace baseline
