#pragma once

#include <string_view>

namespace baseline {

/// "0.1.0", as CMakeLists.txt says.
std::string_view version();

}  // namespace baseline
