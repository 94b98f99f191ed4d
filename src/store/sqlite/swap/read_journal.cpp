#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "store/sqlite/db/file_header.hpp"
#include "store/sqlite/swap/companion_pages.hpp"

namespace baseline::sqlite {
namespace {

constexpr std::string_view kJournalMagic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
constexpr std::size_t kJournalHeaderSize = 28;
constexpr std::uint64_t kSmallestSector = 512;    // of the disks that SQLite supposes
constexpr std::uint32_t kUncounted = 0xffffffff;  // as many records as the file has room for

struct SegmentHeader {
  std::uint32_t records;
  std::uint32_t nonce;
  std::uint32_t page_count;
  std::uint32_t sector_size;
  std::uint32_t page_size;
};

// Nothing where there is no whole sector of it.
std::optional<SegmentHeader> segment_at(const File& journal, std::uint64_t at,
                                        std::uint64_t sector_end) {
  if (sector_end > static_cast<std::uint64_t>(journal.status().st_size)) return {};
  std::array<char, kJournalHeaderSize> head{};
  if (journal.read(head.data(), head.size(), at) < head.size()) return {};
  const std::string_view bytes(head.data(), head.size());
  if (!bytes.starts_with(kJournalMagic)) return {};
  return SegmentHeader{big_endian(bytes, 8, 4), big_endian(bytes, 12, 4), big_endian(bytes, 16, 4),
                       big_endian(bytes, 20, 4), big_endian(bytes, 24, 4)};
}

// At the end of the journal: a page number that there is not, the name, its length, the sum of its
// bytes, the magic.
std::string super_journal_of(const File& journal, std::uint64_t size) {
  constexpr std::size_t kTailSize = 16;
  constexpr std::size_t kLongestName = 512;
  std::array<char, kTailSize> tail{};
  if (size < kTailSize || journal.read(tail.data(), tail.size(), size - kTailSize) < tail.size()) {
    return {};
  }
  const std::string_view bytes(tail.data(), tail.size());
  const std::uint32_t length = big_endian(bytes, 0, 4);
  if (!bytes.ends_with(kJournalMagic) || length == 0 || length > kLongestName ||
      length > size - kTailSize) {
    return {};
  }
  std::string name(length, '\0');
  if (journal.read(name.data(), length, size - kTailSize - length) < length) return {};
  std::uint32_t sum = 0;
  for (const char byte : name) sum += static_cast<std::uint32_t>(byte);  // as SQLite adds them
  if (sum != big_endian(bytes, 4, 4)) return {};
  return name.substr(0, name.find('\0'));
}

class JournalReader {
 public:
  explicit JournalReader(const File& journal)
      : journal_(journal), size_(static_cast<std::uint64_t>(journal.status().st_size)) {}

  LeftJournal read() {
    found_.super_journal = super_journal_of(journal_, size_);
    const auto first = segment_at(journal_, 0, kSmallestSector);
    if (!first || !is_page_size(first->page_size) || !is_sector_size(first->sector_size)) {
      return std::move(found_);
    }
    found_.played.page_size = first->page_size;
    found_.played.page_count = first->page_count;
    bytes_.resize(4 + std::size_t{first->page_size} + 4);
    std::uint64_t at = 0;
    for (std::optional<SegmentHeader> segment = first; segment;
         segment = segment_at(journal_, at, at + first->sector_size)) {
      const auto end = read_segment(*segment, at + first->sector_size);
      if (!end) break;
      // The next header is at the next sector.
      at = (*end + first->sector_size - 1) / first->sector_size * first->sector_size;
    }
    keep_first();
    return std::move(found_);
  }

 private:
  static bool is_sector_size(std::uint32_t size) {
    return size >= 32 && size <= 65536 && (size & (size - 1)) == 0;
  }

  // The end of the records that are counted, or nothing when one of them does not check out: then
  // the rollback ends there.
  std::optional<std::uint64_t> read_segment(const SegmentHeader& segment, std::uint64_t at) {
    for (std::uint32_t i = 0; segment.records == kUncounted || i < segment.records; ++i) {
      if (journal_.read(bytes_.data(), bytes_.size(), at) < bytes_.size()) return {};
      const std::string_view record(bytes_.data(), bytes_.size());
      const std::string_view page = record.substr(4, record.size() - 8);
      const std::uint32_t number = big_endian(record, 0, 4);
      if (number == 0 || number == kLockByte / page.size() + 1) return {};
      // What lies behind the end of the database is passed over unread.
      if (number <= found_.played.page_count) {
        const std::uint32_t sum = big_endian(record, record.size() - 4, 4);
        if (sum != journal_checksum(segment.nonce, page)) return {};
        found_.played.pages.push_back({number, at + 4});
      }
      at += bytes_.size();
    }
    return at;
  }

  // The first record of a page has it as it was before the transaction.
  void keep_first() {
    auto& pages = found_.played.pages;
    std::ranges::stable_sort(pages, {}, &CompanionPages::Page::number);
    const auto same = [](const CompanionPages::Page& one, const CompanionPages::Page& other) {
      return one.number == other.number;
    };
    pages.erase(std::unique(pages.begin(), pages.end(), same), pages.end());
  }

  const File& journal_;
  std::uint64_t size_;
  std::vector<char> bytes_;  // a record: number, page, checksum
  LeftJournal found_;
};

}  // namespace

// Every 200th byte, from the end of the page on.
std::uint32_t journal_checksum(std::uint32_t nonce, std::string_view page) {
  for (std::size_t i = page.size(); i > 200; i -= 200) {
    nonce += static_cast<unsigned char>(page[i - 200]);
  }
  return nonce;
}

LeftJournal read_journal(const File& journal) { return JournalReader(journal).read(); }

}  // namespace baseline::sqlite
