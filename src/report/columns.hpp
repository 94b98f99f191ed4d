#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// How much room text takes on a terminal. All texts are printable UTF-8, on one line.
namespace baseline {

/// How many columns a terminal shows the text in: two for a wide character (CJK, emoji), none for
/// one that has no width (combining marks, zero-width space), as the C library's tables say.
std::size_t columns_of(std::string_view text);

/// The text, cut and ended with "…" where it would take more than `columns`.
std::string fitted(std::string_view text, std::size_t columns);

/// The text with blanks behind it up to `columns`; a longer text as it is.
std::string padded(std::string_view text, std::size_t columns);

}  // namespace baseline
