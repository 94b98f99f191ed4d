#include "os/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace baseline {
namespace {

constexpr std::size_t kLineBlock = std::size_t{256} << 10U;
static_assert(kLineBlock >= 2 * kLongestPiece,
              "after a refill there is a whole piece or a line's end");

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::uint64_t read_lines(const File& file, std::uint64_t from, std::uint64_t to,
                         const OnLine& on_line, const OnBlock& on_block) {
  std::vector<char> buffer(kLineBlock);
  std::size_t filled = 0;     // bytes in the buffer, those of an unfinished line first
  std::uint64_t next = from;  // where in the file the next block starts
  Line line{{}, 1, from};
  for (;;) {
    const std::size_t wanted =
        std::min<std::uint64_t>(buffer.size() - filled, to > next ? to - next : 0);
    const std::size_t got = file.read(buffer.data() + filled, wanted, next);
    if (on_block && !on_block()) return line.number - 1;
    next += got;
    filled += got;
    const bool last = got == 0;
    std::string_view rest(buffer.data(), filled);
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const std::size_t length = std::min(end, rest.size());
      const bool ends = end != std::string_view::npos;
      if (length > kLongestPiece) {
        line.text = rest.substr(0, kLongestPiece);
        if (!on_line(line)) return line.number;
        rest.remove_prefix(kLongestPiece - kPieceOverlap);
        continue;
      }
      if (!ends && !last) break;
      line.text = without_return(rest.substr(0, length));
      if (!on_line(line)) return line.number;
      rest.remove_prefix(ends ? length + 1 : length);
      ++line.number;
      line.offset = next - rest.size();
    }
    if (last) return line.number - 1;
    // What is left is the start of a line, at most one piece of it.
    filled = rest.size();
    std::memmove(buffer.data(), rest.data(), filled);
  }
}

std::optional<std::uint64_t> count_lines(const File& file, std::uint64_t to,
                                         const OnBlock& on_block) {
  std::vector<char> buffer(kLineBlock);
  std::uint64_t lines = 0;
  for (std::uint64_t offset = 0; offset < to;) {
    const std::size_t got =
        file.read(buffer.data(), std::min<std::uint64_t>(buffer.size(), to - offset), offset);
    if (on_block && !on_block()) return std::nullopt;
    if (got == 0) break;
    lines += static_cast<std::uint64_t>(
        std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
    offset += got;
  }
  return lines;
}

}  // namespace baseline
