#include "os/zstd.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <array>
#include <cstddef>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

// A result of a function of libzstd that can only fail for want of memory or by wrong use.
std::size_t demanded(std::size_t result) {
  if (ZSTD_isError(result) == 0) return result;
  throw Error(ErrorCode::io, fmt::format("cannot pack: {}", ZSTD_getErrorName(result)));
}

}  // namespace

struct ZstdPacker::Context {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), &ZSTD_freeCCtx};
  std::vector<char> buffer = std::vector<char>(ZSTD_CStreamOutSize());
};

ZstdPacker::ZstdPacker(std::uint64_t size, TakeBytes take)
    : context_(std::make_unique<Context>()), take_(std::move(take)) {
  demanded(ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_checksumFlag, 1));
  demanded(ZSTD_CCtx_setPledgedSrcSize(context_->zstd.get(), size));
}

ZstdPacker::~ZstdPacker() = default;

void ZstdPacker::run(std::string_view bytes, bool last) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  bool done = false;
  while (!done) {
    ZSTD_outBuffer out{context_->buffer.data(), context_->buffer.size(), 0};
    const std::size_t left = demanded(
        ZSTD_compressStream2(context_->zstd.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue));
    if (out.pos > 0) take_({context_->buffer.data(), out.pos});
    done = last ? left == 0 : in.pos == in.size;
  }
}

void ZstdPacker::add(std::string_view bytes) { run(bytes, false); }
void ZstdPacker::finish() { run({}, true); }

bool is_packed(const File& file) {
  constexpr std::array<unsigned char, 4> kMagic = {0x28, 0xB5, 0x2F, 0xFD};
  std::array<char, kMagic.size()> first{};
  if (file.read(first.data(), first.size(), 0) != first.size()) return false;
  for (std::size_t i = 0; i < kMagic.size(); ++i) {
    if (static_cast<unsigned char>(first.at(i)) != kMagic.at(i)) return false;
  }
  return true;
}

void unpack(const File& file, const TakeBytes& take,
            const std::function<void(std::uint64_t, std::uint64_t)>& on_progress) {
  const auto refuse = [&](std::string_view why) {
    throw Error(ErrorCode::refused,
                fmt::format("{} cannot be unpacked: {}", printable(file.path().native()), why),
                "it is damaged, or was not copied whole; take another");
  };
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd(ZSTD_createDCtx(),
                                                                  &ZSTD_freeDCtx);
  std::vector<char> packed(ZSTD_DStreamInSize());
  std::vector<char> plain(ZSTD_DStreamOutSize());
  const auto total = static_cast<std::uint64_t>(file.status().st_size);
  std::size_t wanted = 1;  // 0: at the end of a frame
  for (std::uint64_t done = 0;;) {
    const std::size_t got = file.read(packed.data(), packed.size(), done);
    if (got == 0) break;
    done += got;
    ZSTD_inBuffer in{packed.data(), got, 0};
    bool more = true;
    while (more) {
      ZSTD_outBuffer out{plain.data(), plain.size(), 0};
      wanted = ZSTD_decompressStream(zstd.get(), &out, &in);
      if (ZSTD_isError(wanted) != 0) refuse(ZSTD_getErrorName(wanted));
      if (out.pos > 0) take({plain.data(), out.pos});
      // A full buffer may have more behind it, though all of the input was taken.
      more = in.pos < in.size || (out.pos == out.size && wanted != 0);
    }
    if (on_progress) on_progress(done, total);
  }
  if (wanted != 0) refuse("it is cut off");
}

}  // namespace baseline
