#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baseline {

/// The paths where a program may be, in the order in which they are to be tried: the name itself
/// when it has a slash, else the name in each directory of `path` (that of PATH).
std::vector<std::string> paths_of_program(const std::string& name, std::string_view path);

/// Why a program cannot be executed, as far as that can be told beforehand: 0, ENOENT (there is
/// none) or EACCES (there is one, but it may not be executed).
int why_not_executable(const std::string& name);

/// Makes this process another program: same pid, with the signals as this one was started with.
/// Returns errno when that cannot be done. Throws Interrupted when a signal asks to stop.
int become(const std::vector<std::string>& argv);

}  // namespace baseline
