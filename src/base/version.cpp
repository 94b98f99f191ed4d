#include "base/version.hpp"

#include "version_facts.hpp"

namespace baseline {

std::string_view version() { return kVersion; }

std::string_view commit() { return kCommit; }

}  // namespace baseline
