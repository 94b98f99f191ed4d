#pragma once

#include <span>
#include <string_view>

namespace baseline {

/// "0.1.0", as CMakeLists.txt says.
std::string_view version();

/// The commit that this was built from, abbreviated; with a trailing "+" when files differed from
/// it. Empty when it was not built from a Git checkout and the packager gave none
/// (BASELINE_COMMIT).
std::string_view commit();

/// A library that the program was built with.
struct Part {
  std::string_view name;     ///< "sqlite3": of the distributor's source package, where there is one
  std::string_view version;  ///< "3.40.1-2+deb12u2"
  bool inside;               ///< false: it is the system's, and may be another one by now
};
std::span<const Part> parts();

}  // namespace baseline
