#include "store/sqlite/swap/content_digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <string_view>
#include <vector>

#include "os/sha256.hpp"
#include "store/sqlite/db/file_header.hpp"

namespace baseline::sqlite {
namespace {

// The header, https://www.sqlite.org/fileformat2.html#the_database_header
constexpr std::size_t kHeaderSize = 100;
constexpr std::size_t kPageSizeAt = 16;     // 2 bytes; 1 means 65536
constexpr std::size_t kReadVersionAt = 19;  // 2: WAL
constexpr std::size_t kChangeCounterAt = 24;
constexpr std::size_t kPageCountAt = 28;  // valid while the two counters are equal
constexpr std::size_t kSchemaCookieAt = 40;
constexpr std::size_t kLargestRootAt = 52;  // 0: no auto_vacuum
constexpr std::size_t kEncodingAt = 56;
constexpr std::size_t kIncrementalAt = 64;
constexpr std::size_t kValidForAt = 92;
constexpr std::size_t kCellCountAt = 103;  // of page 1, behind its type and first free block

struct Range {
  std::size_t from;
  std::size_t to;
};
// What sqlite3_backup, or the commit of its transaction, sets anew.
constexpr std::array kVolatile = {Range{18, 20}, Range{24, 32}, Range{40, 44}, Range{92, 100}};

struct Header {
  std::array<char, kCellCountAt + 2> bytes{};
  std::size_t size = 0;  // bytes that are there

  explicit Header(const File& file) { size = file.read(bytes.data(), bytes.size(), 0); }

  std::uint32_t number(std::size_t at, std::size_t width) const {
    return big_endian({bytes.data(), bytes.size()}, at, width);
  }
  std::uint64_t page_size() const {
    const std::uint64_t value = number(kPageSizeAt, 2);
    return value == 1 ? 65536 : std::max<std::uint64_t>(value, 512);
  }
};

}  // namespace

std::uint32_t schema_cookie_of(const File& file) {
  const Header header(file);
  return header.size < kHeaderSize ? 0 : header.number(kSchemaCookieAt, 4);
}

bool is_in_wal_mode(const File& file) {
  const Header header(file);
  return header.size >= kHeaderSize && header.number(kReadVersionAt, 1) == 2;
}

FileSettings settings_in_header(const File& file) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::array kEncodingNames = {"", "UTF-8", "UTF-16le", "UTF-16be"};
  const Header header(file);
  if (header.size < kHeaderSize || std::string_view(header.bytes.data(), kMagic.size()) != kMagic)
    return {};
  FileSettings out;
  const std::uint32_t encoding = header.number(kEncodingAt, 4);
  if (encoding < kEncodingNames.size()) out.encoding = kEncodingNames.at(encoding);
  if (std::has_single_bit(header.page_size())) out.page_size = header.page_size();
  out.auto_vacuum = header.number(kLargestRootAt, 4) == 0   ? "none"
                    : header.number(kIncrementalAt, 4) == 0 ? "full"
                                                            : "incremental";
  out.journal_mode = header.number(kReadVersionAt, 1) == 2 ? "wal" : "delete";
  return out;
}

std::string content_digest(const File& file) {
  const Header header(file);
  const auto size = static_cast<std::uint64_t>(file.status().st_size);
  const std::uint64_t page = header.page_size();
  std::uint64_t pages = size / page;
  const std::uint32_t count = header.number(kPageCountAt, 4);
  if (count != 0 && header.number(kChangeCounterAt, 4) == header.number(kValidForAt, 4)) {
    pages = std::min<std::uint64_t>(pages, count);
  }
  // An empty file is a database, too, and becomes one page without a table on the way.
  if (pages == 0 || (pages == 1 && header.number(kCellCountAt, 2) == 0)) return "empty";
  Sha256 hash;
  std::vector<char> bytes(page);
  for (std::uint64_t i = 0; i < pages; ++i) {
    if (i == kLockByte / page) continue;
    const std::size_t got = file.read(bytes.data(), bytes.size(), i * page);
    if (i == 0) {
      for (const Range& range : kVolatile) {
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(range.from),
                  bytes.begin() + static_cast<std::ptrdiff_t>(range.to), '\0');
      }
    }
    hash.update({bytes.data(), got});
  }
  return hash.hex();
}

}  // namespace baseline::sqlite
