// The part of the swap engine that takes a candidate from anywhere (D4 of `rollback --from`).
#include "os/sha256.hpp"
#include "store/sqlite/swap_replacement.hpp"

namespace baseline::sqlite {

void SwapReplacement::stage_bytes(const std::function<void(const TakeBytes& take)>& give) {
  constexpr mode_t kPrivate = 0600;
  const File candidate = files_.open_or_create(target_.directory, candidate_, kPrivate);
  Sha256 hash;
  std::uint64_t size = 0;
  give([&](std::string_view bytes) {
    files_.write(candidate, bytes, size);
    hash.update(bytes);
    size += bytes.size();
  });
  built_.new_sha256 = hash.hex();
  build_candidate(candidate);
}

}  // namespace baseline::sqlite
