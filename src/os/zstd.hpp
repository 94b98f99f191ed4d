#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "os/file.hpp"

namespace baseline {

/// Takes bytes that come one piece after the other.
using TakeBytes = std::function<void(std::string_view bytes)>;

/// Packs bytes into one zstd frame (RFC 8878) with a checksum of the content.
class ZstdPacker {
 public:
  /// `size`: how many bytes will come; the frame tells it to whoever unpacks.
  ZstdPacker(std::uint64_t size, TakeBytes take);
  ~ZstdPacker();
  ZstdPacker(const ZstdPacker&) = delete;
  ZstdPacker& operator=(const ZstdPacker&) = delete;

  void add(std::string_view bytes);
  /// Ends the frame. Throws Error{io} when fewer or more bytes came than were announced.
  void finish();

 private:
  struct Context;
  void run(std::string_view bytes, bool last);

  std::unique_ptr<Context> context_;
  TakeBytes take_;
};

/// Whether a file begins as a zstd frame does. Throws Error{io}.
bool is_packed(const File& file);

/// Unpacks all zstd frames of a file, piece by piece. `on_progress` is told the bytes read of the
/// packed file. Throws Error{refused} naming the file when it is damaged or cut off, Error{io}.
void unpack(const File& file, const TakeBytes& take,
            const std::function<void(std::uint64_t done, std::uint64_t total)>& on_progress);

}  // namespace baseline
