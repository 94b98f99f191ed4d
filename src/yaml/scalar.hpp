#pragma once

#include <optional>
#include <string_view>

#include "yaml/node.hpp"

namespace baseline::yaml {

/// Types a plain scalar as YAML 1.2 core does: 010 is ten, yes and on are texts. Nothing when it is
/// a number that does not fit (an integer beyond 64 bits, .nan), which must not lose its value
/// silently.
std::optional<Scalar> core_scalar(std::string_view plain);

}  // namespace baseline::yaml
