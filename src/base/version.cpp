#include "base/version.hpp"

#include "parts.hpp"
#include "version_facts.hpp"

namespace baseline {

std::string_view version() { return kVersion; }

std::string_view commit() { return kCommit; }

std::span<const Part> parts() { return kParts; }

}  // namespace baseline
