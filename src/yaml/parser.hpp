#pragma once

#include <optional>
#include <string_view>

#include "yaml/node.hpp"

namespace baseline::yaml {

/// How deep lists and maps may be nested.
inline constexpr std::size_t kMaxDepth = 16;

/// Reads one YAML document, strictly (docs/checks.md, "Load errors"): duplicate keys, a second
/// document, `<<`, aliases to anything but a scalar, tags, control characters and excessive size or
/// depth are problems. Returns the tree as far as it could be read; nothing when there is none.
std::optional<Node> parse(std::string_view text, Problems& problems);

}  // namespace baseline::yaml
