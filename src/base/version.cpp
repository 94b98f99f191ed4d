#include "base/version.hpp"

namespace baseline {

std::string_view version() { return BASELINE_VERSION; }

}  // namespace baseline
