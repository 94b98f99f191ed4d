#include "store/sqlite/swap/replaced_pages.hpp"

#include <string>

#include "store/sqlite/db/file_header.hpp"

namespace baseline::sqlite {
namespace {

constexpr std::size_t kSector = 512;

// The page, filled up with zeros where the file ends within it.
std::string page_bytes(const File& file, std::uint64_t offset, std::uint32_t page_size) {
  std::string page(page_size, '\0');
  file.read(page.data(), page.size(), offset);
  return page;
}

std::string big_endian_bytes(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

}  // namespace

ReplacedPages replaced_pages(const File& database, const File& companion,
                             const CompanionPages& brings) {
  ReplacedPages replaced;
  if (brings.page_size == 0) return replaced;
  const std::uint64_t size = brings.page_size;
  const auto bytes = static_cast<std::uint64_t>(database.status().st_size);
  replaced.page_size = brings.page_size;
  replaced.page_count = static_cast<std::uint32_t>((bytes + size - 1) / size);
  for (const CompanionPages::Page& page : brings.pages) {
    const bool is_new = page.number > replaced.page_count;
    if (!is_new && page_bytes(database, (page.number - 1) * size, brings.page_size) ==
                       page_bytes(companion, page.offset, brings.page_size)) {
      continue;
    }
    replaced.any = true;
    if (!is_new) replaced.numbers.push_back(page.number);
  }
  // SQLite cuts the file off behind its last page.
  for (std::uint64_t i = brings.page_count; i < replaced.page_count; ++i) {
    if (i == kLockByte / size) continue;
    replaced.any = true;
    replaced.numbers.push_back(static_cast<std::uint32_t>(i + 1));
  }
  return replaced;
}

// https://www.sqlite.org/fileformat2.html#the_rollback_journal
void give_undo_journal(const File& database, const ReplacedPages& replaced, const TakeBytes& take) {
  std::string header = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  header += big_endian_bytes(static_cast<std::uint32_t>(replaced.numbers.size()));
  header += big_endian_bytes(0);  // what the checksums begin with
  header += big_endian_bytes(replaced.page_count);
  header += big_endian_bytes(kSector);
  header += big_endian_bytes(replaced.page_size);
  header.resize(kSector);
  take(header);
  for (const std::uint32_t number : replaced.numbers) {
    const std::uint64_t offset = std::uint64_t{number - 1} * replaced.page_size;
    const std::string page = page_bytes(database, offset, replaced.page_size);
    take(big_endian_bytes(number) + page + big_endian_bytes(journal_checksum(0, page)));
  }
}

void give_bytes(const File& file, const TakeBytes& take) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  std::string piece(kPiece, '\0');
  std::uint64_t at = 0;
  while (const std::size_t got = file.read(piece.data(), piece.size(), at)) {
    take(std::string_view(piece).substr(0, got));
    at += got;
  }
}

}  // namespace baseline::sqlite
