#pragma once

#include <cstdint>
#include <vector>

#include "os/file.hpp"
#include "os/zstd.hpp"
#include "store/sqlite/swap/companion_pages.hpp"

namespace baseline::sqlite {

/// What of a database file will be different once SQLite has brought a companion in.
struct ReplacedPages {
  bool any = false;
  std::uint32_t page_size = 0;
  std::uint32_t page_count = 0;        ///< of the file as it is
  std::vector<std::uint32_t> numbers;  ///< of the pages that it has now and will not have then
};

/// Compares the file with what its companion brings. Throws Error{io}.
ReplacedPages replaced_pages(const File& database, const File& companion,
                             const CompanionPages& brings);

/// Hands over a rollback journal of SQLite with these pages as they are now. Beside the database of
/// afterwards, named as its -journal, it makes SQLite give back the file as it is now.
void give_undo_journal(const File& database, const ReplacedPages& replaced, const TakeBytes& take);

/// Hands over the bytes of a file. Throws Error{io}.
void give_bytes(const File& file, const TakeBytes& take);

}  // namespace baseline::sqlite
