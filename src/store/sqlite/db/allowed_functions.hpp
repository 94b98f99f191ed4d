#pragma once

#include <string_view>

namespace baseline::sqlite {

/// Whether SQL may call the function, by the name that SQLite has for it. Allowed are the functions
/// of SQLite 3.37 to 3.46 that only calculate; what a build of SQLite has beyond them is refused,
/// for it could touch files or hand out pointers.
bool is_allowed_function(std::string_view name);

}  // namespace baseline::sqlite
