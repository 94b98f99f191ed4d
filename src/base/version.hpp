#pragma once

#include <string_view>

namespace baseline {

/// "0.1.0", as CMakeLists.txt says.
std::string_view version();

/// The commit that this was built from, abbreviated; with a trailing "+" when files differed from
/// it. Empty when it was not built from a Git checkout and the packager gave none
/// (BASELINE_COMMIT).
std::string_view commit();

}  // namespace baseline
