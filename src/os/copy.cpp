#include "os/copy.hpp"

#include <fcntl.h>

#include <vector>

#include "os/sha256.hpp"

namespace baseline {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20U;

// Reads the file once from front to end, hashing it, and hands each block to `use`.
template <typename Use>
std::string read_through(const File& file, const OnProgress& on_progress, Use use) {
  ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  const auto total = static_cast<std::uint64_t>(file.status().st_size);
  std::vector<char> block(std::min<std::uint64_t>(kBlock, std::max<std::uint64_t>(total, 1)));
  Sha256 hash;
  for (std::uint64_t done = 0; done < total;) {
    const std::size_t got = file.read(block.data(), block.size(), done);
    if (got == 0) break;  // it became shorter; the caller compares sizes
    const std::string_view bytes(block.data(), got);
    hash.update(bytes);
    use(bytes, done);
    done += got;
    if (on_progress) on_progress(done, total);
  }
  return hash.hex();
}

}  // namespace

std::string read_file(const File& file, const OnProgress& on_progress,
                      const std::function<void(std::string_view)>& take) {
  return read_through(file, on_progress,
                      [&](std::string_view bytes, std::uint64_t) { take(bytes); });
}

std::string hash_file(const File& file, const OnProgress& on_progress) {
  return read_through(file, on_progress, [](std::string_view, std::uint64_t) {});
}

std::string copy_file(FileSystem& files, const File& source, const File& target,
                      const OnProgress& on_progress) {
  const bool cloned = files.clone(source, target);
  return read_through(source, on_progress, [&](std::string_view bytes, std::uint64_t offset) {
    if (!cloned) files.write(target, bytes, offset);
  });
}

}  // namespace baseline
