#pragma once

#include <string>
#include <string_view>

#include "yaml/node.hpp"

namespace baseline::yaml {

/// A document as bytes that are turned into its tree again without being scanned: for the documents
/// that travel inside the program, which are parsed when it is built (cmake/pack_suites.cpp). To
/// scan them takes longer than anything else that a small deploy does.
std::string packed(const Node& root);

/// The tree of packed(). Throws std::invalid_argument on anything else.
Node unpacked(std::string_view bytes);

}  // namespace baseline::yaml
