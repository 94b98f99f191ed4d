#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>

namespace baseline {

/// A whole number of a file that anybody may have edited. nlohmann's own get<int>() takes 1e300 as
/// well, and what becomes of that is undefined. Throws nlohmann::json::exception on anything else.
std::int64_t integer_from_json(const nlohmann::json& json);
/// The same for what cannot be negative: a size, a count, an inode.
std::uint64_t count_from_json(const nlohmann::json& json,
                              std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace baseline
