#pragma once

#include "yaml/node.hpp"
#include "yaml/source.hpp"

namespace baseline::yaml {

/// Sets `place`, `text_start`, `lines` and `exact` of a scalar node whose text is known. `offset`
/// is where yaml-cpp says that the node starts: at its anchor or tag if it has one.
void locate(Node& node, const Source& source, std::size_t offset);

}  // namespace baseline::yaml
