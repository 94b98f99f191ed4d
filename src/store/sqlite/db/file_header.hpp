#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace baseline::sqlite {

/// The bytes at the beginning of a database file that describe it
/// (https://www.sqlite.org/fileformat2.html#the_database_header).
inline constexpr std::size_t kFileHeaderSize = 100;

/// The page with this byte is never written: SQLite's locks are there
/// (https://www.sqlite.org/fileformat2.html#the_lock_byte_page).
inline constexpr std::uint64_t kLockByte = 0x40000000;

/// The big-endian number of `width` bytes at `at`; 0 where `bytes` end before.
std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t width);

/// Whether SQLite knows pages of this size: a power of two from 512 to 65536.
bool is_page_size(std::uint32_t size);

/// What the header says.
struct FileHeader {
  std::uint32_t page_size = 0;
  std::uint32_t write_version = 0;  ///< 1: rollback journal, 2: WAL
  std::uint32_t read_version = 0;   ///< the same
  std::uint32_t change_counter = 0;
  std::uint32_t schema_cookie = 0;
  std::uint32_t encoding = 0;  ///< 1: UTF-8, 2: UTF-16le, 3: UTF-16be; 0: no table was ever made

  /// Nothing when `bytes`, the beginning of a file or of its first page, is not a header.
  static std::optional<FileHeader> of(std::string_view bytes);
};

}  // namespace baseline::sqlite
