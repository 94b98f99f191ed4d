#pragma once

namespace baseline {

/// Memory that is set aside before a run exchanges databases and given back as soon as something
/// goes wrong: what went wrong may be that there is no more memory, and to put the old database
/// back takes some. It is never touched, so it takes no room but in the limits of the process.
class MemoryReserve {
 public:
  /// Throws std::bad_alloc.
  MemoryReserve();
  ~MemoryReserve() { release(); }
  MemoryReserve(const MemoryReserve&) = delete;
  MemoryReserve& operator=(const MemoryReserve&) = delete;

  void release() noexcept;

 private:
  void* memory_;
};

}  // namespace baseline
