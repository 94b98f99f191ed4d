#pragma once

#include <string_view>

namespace baseline {

/// The script that makes "bash", "zsh" or "fish" complete the commands of this program. It asks the
/// program itself (see complete()), so that it never needs to be made again. Throws Error{usage}
/// for another shell.
std::string_view completion_script(std::string_view shell);

}  // namespace baseline
