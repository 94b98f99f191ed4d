#pragma once

#include <string>
#include <string_view>

namespace baseline {

/// Whether `text` is an address, as frameworks have it in DATABASE_URL, and no path: it begins with
/// a scheme that databases have (`file:`, `sqlite:`, `jdbc:sqlite:`), with any scheme and `//`, or
/// is `:memory:`.
bool is_address(std::string_view text);

/// Throws Error{usage} when `text`, which `source` (an option, a variable, a place in
/// baseline.yaml) gives as the path of a database, is an address or a pattern that no file has for
/// its name. `typed` is what stands before the path where it was given, for the hint: "--database
/// ", "DATABASE_PATH=". SQLite would make a new file of that literal name.
void require_path(std::string_view text, std::string_view source, std::string_view typed);

}  // namespace baseline
