#include "os/memory_reserve.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <utility>

namespace baseline {
namespace {

// Two page caches of SQLite (2 MB each), a block to copy with, and as much again.
constexpr std::size_t kReserved = std::size_t{8} << 20U;

}  // namespace

// Not by the allocator, which may keep what it is given back.
MemoryReserve::MemoryReserve()
    : memory_(
          ::mmap(nullptr, kReserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
  if (memory_ == MAP_FAILED) throw std::bad_alloc();
}

void MemoryReserve::release() noexcept {
  if (memory_ != nullptr) ::munmap(std::exchange(memory_, nullptr), kReserved);
}

}  // namespace baseline
