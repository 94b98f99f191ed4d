#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "store/sqlite/db/file_header.hpp"
#include "store/sqlite/swap/companion_pages.hpp"

namespace baseline::sqlite {
namespace {

constexpr std::size_t kWalHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;
constexpr std::size_t kSaltsAt = 16;      // of the header, 8 bytes
constexpr std::size_t kFrameSaltsAt = 8;  // of a frame

// The checksum of all frames so far: each one is only valid behind the ones before it.
class WalChecksum {
 public:
  explicit WalChecksum(bool big_endian) : big_endian_(big_endian) {}

  // `bytes`: a multiple of 8.
  void add(std::string_view bytes) {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      first_ += word(bytes.data() + i) + second_;
      second_ += word(bytes.data() + i + 4) + first_;
    }
  }

  bool equals(std::string_view bytes, std::size_t at) const {
    return big_endian(bytes, at, 4) == first_ && big_endian(bytes, at + 4, 4) == second_;
  }

 private:
  std::uint32_t word(const char* bytes) const {
    const auto byte = [&](int i) {
      return std::uint32_t{static_cast<unsigned char>(bytes[big_endian_ ? i : 3 - i])};
    };
    return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
  }

  bool big_endian_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

// Of each page the last content counts, and only within the database as it is in the end.
void keep_last(CompanionPages& found) {
  auto& pages = found.pages;
  std::ranges::stable_sort(pages, {}, &CompanionPages::Page::number);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const bool is_last = i + 1 == pages.size() || pages[i + 1].number != pages[i].number;
    if (is_last && pages[i].number <= found.page_count) pages[kept++] = pages[i];
  }
  pages.resize(kept);
}

}  // namespace

CompanionPages read_wal(const File& wal) {
  constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums of big-endian words
  constexpr std::uint32_t kVersion = 3007000;
  CompanionPages found;
  std::array<char, kWalHeaderSize> head{};
  if (wal.read(head.data(), head.size(), 0) < head.size()) return found;
  const std::string_view header(head.data(), head.size());
  const std::uint32_t magic = big_endian(header, 0, 4);
  const std::uint32_t page_size = big_endian(header, 8, 4);
  WalChecksum checksum((magic & 1U) != 0);
  checksum.add(header.substr(0, 24));
  if ((magic & ~1U) != kMagic || big_endian(header, 4, 4) != kVersion || !is_page_size(page_size) ||
      !checksum.equals(header, 24)) {
    return found;
  }
  found.page_size = page_size;
  std::vector<char> bytes(kFrameHeaderSize + page_size);
  std::size_t committed = 0;
  for (std::uint64_t at = kWalHeaderSize;; at += bytes.size()) {
    if (wal.read(bytes.data(), bytes.size(), at) < bytes.size()) break;
    const std::string_view frame(bytes.data(), bytes.size());
    const std::uint32_t number = big_endian(frame, 0, 4);
    if (number == 0 || frame.substr(kFrameSaltsAt, 8) != header.substr(kSaltsAt, 8)) break;
    checksum.add(frame.substr(0, 8));
    checksum.add(frame.substr(kFrameHeaderSize));
    if (!checksum.equals(frame, 16)) break;
    found.pages.push_back({number, at + kFrameHeaderSize});
    if (const std::uint32_t page_count = big_endian(frame, 4, 4); page_count != 0) {
      found.page_count = page_count;
      committed = found.pages.size();
    }
  }
  found.pages.resize(committed);
  keep_last(found);
  return found;
}

}  // namespace baseline::sqlite
