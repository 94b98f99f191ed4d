#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "os/file.hpp"

namespace baseline::sqlite {

/// What SQLite writes into a database file when it brings in a -wal or -journal that was left
/// beside it.
struct CompanionPages {
  struct Page {
    std::uint32_t number;
    std::uint64_t offset;  ///< of its content in the companion
  };

  std::uint32_t page_size = 0;   ///< bytes; 0: the companion is not valid, and SQLite ignores it
  std::uint32_t page_count = 0;  ///< of the file afterwards
  std::vector<Page> pages;       ///< in the order of their numbers, each once
  bool empty() const { return pages.empty(); }
  const Page* first() const { return empty() || pages[0].number != 1 ? nullptr : pages.data(); }
};

/// The last committed content of each page in a -wal, up to the first frame that does not check out
/// (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). Nothing is trusted. Throws
/// Error{io}.
CompanionPages read_wal(const File& wal);

/// A rollback journal (https://www.sqlite.org/fileformat2.html#the_rollback_journal).
struct LeftJournal {
  CompanionPages played;      ///< what a rollback writes
  std::string super_journal;  ///< path of the file that decides over several databases, or empty
};

/// The checksum of a record, by the page in it and the number in the header of its segment.
std::uint32_t journal_checksum(std::uint32_t nonce, std::string_view page);

/// Reads a -journal as a rollback would. Nothing is trusted. Throws Error{io}.
LeftJournal read_journal(const File& journal);

}  // namespace baseline::sqlite
