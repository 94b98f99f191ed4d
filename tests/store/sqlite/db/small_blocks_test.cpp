#include "store/sqlite/db/small_blocks.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "store/sqlite/db/connection.hpp"
#include "support/catch.hpp"

namespace baseline::sqlite::small_blocks_test {
namespace {

struct Block {
  unsigned char* bytes;
  int size;
  unsigned char mark;
};

bool is_whole(const Block& block) {
  for (int i = 0; i < block.size; ++i) {
    if (block.bytes[i] != block.mark) return false;
  }
  return true;
}

TEST_CASE("SQLite's blocks are nobody else's, whatever is taken, resized and given back",
          "[small_blocks]") {
  open_memory(Purpose::look);  // sets SQLite up
  const sqlite3_int64 before = sqlite3_memory_used();
  std::mt19937 random(1);
  std::uniform_int_distribution<int> size(1, 700);
  std::uniform_int_distribution<unsigned> what(0, 2);
  std::vector<Block> blocks;
  const auto mark = [&](Block& block, unsigned char with) {
    block.mark = with;
    std::memset(block.bytes, with, static_cast<std::size_t>(block.size));
  };
  for (unsigned i = 0; i < 20'000; ++i) {
    const auto with = static_cast<unsigned char>(i);
    if (blocks.size() < 50 || (blocks.size() < 200 && what(random) == 0)) {
      Block block{nullptr, size(random), 0};
      block.bytes = static_cast<unsigned char*>(sqlite3_malloc(block.size));
      REQUIRE(block.bytes != nullptr);
      mark(block, with);
      blocks.push_back(block);
      continue;
    }
    Block& block = blocks[random() % blocks.size()];
    REQUIRE(is_whole(block));
    if (what(random) == 0) {
      sqlite3_free(block.bytes);
      block = blocks.back();
      blocks.pop_back();
    } else {
      const int wanted = size(random);
      block.bytes = static_cast<unsigned char*>(sqlite3_realloc(block.bytes, wanted));
      REQUIRE(block.bytes != nullptr);
      block.size = std::min(block.size, wanted);
      REQUIRE(is_whole(block));
      block.size = wanted;
      mark(block, with);
    }
  }
  for (const Block& block : blocks) {
    REQUIRE(is_whole(block));
    sqlite3_free(block.bytes);
  }
  CHECK(sqlite3_memory_used() == before);
}

}  // namespace
}  // namespace baseline::sqlite::small_blocks_test
