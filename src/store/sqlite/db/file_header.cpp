#include "store/sqlite/db/file_header.hpp"

namespace baseline::sqlite {

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  if (at + width > bytes.size()) return 0;
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(at, width)) {
    value = (value << 8U) | static_cast<unsigned char>(byte);
  }
  return value;
}

bool is_page_size(std::uint32_t size) {
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

std::optional<FileHeader> FileHeader::of(std::string_view bytes) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  if (bytes.size() < kFileHeaderSize || !bytes.starts_with(kMagic)) return {};
  FileHeader header;
  const std::uint32_t size = big_endian(bytes, 16, 2);
  header.page_size = size == 1 ? 65536 : size;
  header.write_version = big_endian(bytes, 18, 1);
  header.read_version = big_endian(bytes, 19, 1);
  header.change_counter = big_endian(bytes, 24, 4);
  header.schema_cookie = big_endian(bytes, 40, 4);
  header.encoding = big_endian(bytes, 56, 4);
  return header;
}

}  // namespace baseline::sqlite
