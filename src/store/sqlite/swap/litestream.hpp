#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/holders.hpp"
#include "store/schema.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// Whether one of the processes is Litestream, by the name of its program.
bool has_litestream(const std::vector<Holder>& holders);

/// What the operator has to know and do about Litestream, by what it keeps beside the database
/// (.NAME-litestream) and in it (_litestream_seq, _litestream_lock), and by `holders`, as far as
/// they were looked for. Nothing when there is no trace of it.
std::optional<std::string> litestream_warning(const Target& target, const Schema& schema,
                                              const std::vector<Holder>& holders);

}  // namespace baseline::sqlite
