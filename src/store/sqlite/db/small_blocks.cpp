#include "store/sqlite/db/small_blocks.hpp"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace baseline::sqlite {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kIsWatched = true;
#else
constexpr bool kIsWatched = false;
#endif

// A block that is free: its first bytes lead to the next one of the same class.
struct FreeBlock {
  FreeBlock* next;
};

// Classes are those of glibc: blocks of class k have room for 16 k + 8 bytes.
constexpr std::size_t kStep = 16;
constexpr std::size_t kExtra = 8;
constexpr std::size_t kClasses = 33;  // up to 520 bytes

sqlite3_mem_methods below;  // SQLite's own, which asks the C library
std::array<FreeBlock*, kClasses> free_blocks{};

constexpr std::size_t class_for(std::size_t bytes) {
  return bytes <= kStep + kExtra ? 1 : (bytes + kStep - kExtra - 1) / kStep;
}
static_assert(class_for(1) == 1 && class_for(24) == 1 && class_for(25) == 2 && class_for(40) == 2);

void* take_block(int bytes) {
  const std::size_t number = class_for(static_cast<std::size_t>(bytes));
  if (number >= kClasses) return below.xMalloc(bytes);
  FreeBlock*& first = free_blocks[number];
  if (first == nullptr) return below.xMalloc(static_cast<int>(number * kStep + kExtra));
  FreeBlock* const block = first;
  first = block->next;
  return block;
}

void give_block(void* block) {
  if (block == nullptr) return;
  // It may be larger than it was asked for.
  const auto room = static_cast<std::size_t>(below.xSize(block));
  const std::size_t number = room < kStep + kExtra ? 0 : (room - kExtra) / kStep;
  if (number == 0 || number >= kClasses) return below.xFree(block);
  auto* const free = static_cast<FreeBlock*>(block);
  free->next = free_blocks[number];
  free_blocks[number] = free;
}

void* resize_block(void* block, int bytes) {
  const int room = below.xSize(block);
  if (bytes <= room && room <= 2 * bytes) return block;
  if (class_for(static_cast<std::size_t>(room)) >= kClasses &&
      class_for(static_cast<std::size_t>(bytes)) >= kClasses) {
    return below.xRealloc(block, bytes);
  }
  void* const other = take_block(bytes);
  if (other == nullptr) return nullptr;
  std::memcpy(other, block, static_cast<std::size_t>(room < bytes ? room : bytes));
  give_block(block);
  return other;
}

}  // namespace

void keep_small_blocks() {
  if (kIsWatched || sqlite3_config(SQLITE_CONFIG_GETMALLOC, &below) != SQLITE_OK) return;
  sqlite3_mem_methods ours = below;
  ours.xMalloc = take_block;
  ours.xFree = give_block;
  ours.xRealloc = resize_block;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

}  // namespace baseline::sqlite
