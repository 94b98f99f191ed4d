#pragma once

namespace baseline::sqlite {

/// Has SQLite keep the small blocks that it frees for its next ones, before SQLite is used for the
/// first time. To compile a statement it makes and frees some hundred of a few sizes, and glibc has
/// only seven of a size at hand without looking further: of a deploy's time that is a twelfth.
/// Not under AddressSanitizer, which is to see each block being freed.
void keep_small_blocks();

}  // namespace baseline::sqlite
