#pragma once

#include <string>
#include <string_view>

/// Our own characters outside of ASCII, and what stands for them where the locale is not UTF-8.
namespace baseline {

/// Whether the user's locale is UTF-8, by its name: the first of LC_ALL, LC_CTYPE, LANG that says
/// anything (POSIX). The name is what counts, for the locale of whom came by ssh is often not
/// installed, and his terminal is UTF-8 all the same.
bool locale_is_utf8();

/// `text` with our marks ("…", "→", "✓", …) in ASCII. Names of the user's own are left as they
/// are: they could not be typed otherwise.
std::string in_ascii(std::string_view text);

}  // namespace baseline
