#pragma once

#include <cstddef>
#include <optional>

namespace baseline {

/// How many columns the terminal behind descriptor `fd` has; nothing when there is none, or when it
/// does not tell.
std::optional<std::size_t> terminal_columns(int fd);

}  // namespace baseline
