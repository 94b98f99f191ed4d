#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace baseline {

/// `text` with control characters, what turns text round, breaks lines or is not seen (zero width),
/// U+FFFE, U+FFFF and bytes that are not UTF-8 written as `\xNN`: fit for a terminal, a log and
/// XML, and no command to a CI runner ("##[error]"). Paths and SQL are passed on as bytes and
/// printed through this.
std::string printable(std::string_view text);

/// The same line by line: line feeds stay. No line is a command to a CI runner, either
/// ("::warning::…" of GitHub).
std::string printable_lines(std::string_view text);

/// The same for what is printed for people at last: of a `coloured` text the colours stay.
std::string for_people(std::string_view text, bool coloured);

/// `text` with bytes that are not UTF-8 written as `\xNN`; control characters stay. For formats
/// with an escape of their own for these.
std::string valid_utf8(std::string_view text);

/// The text of a JSON document, with the same characters in it as `\uNNNN`: it says the same.
std::string printable_json(std::string_view json);

/// How many bytes at the start of `text` are well-formed UTF-8; all of them when the text is.
std::size_t utf8_prefix(std::string_view text);

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool contains(std::span<const std::string> names, std::string_view name);

/// Edit distance (insert, delete, replace, swap of neighbours), by bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word` at an edit distance of at most 2, if there is one.
std::optional<std::string> did_you_mean(std::string_view word,
                                        std::span<const std::string> candidates);

/// "4.0 GiB", "684 KiB", "12 bytes": binary units, one decimal below 10.
std::string human_size(std::uint64_t bytes);

/// 9600 → "9 600": thousands separated by a space, whatever the locale.
std::string human_count(std::uint64_t count);

/// "1 row", "2 rows", "9 600 rows".
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural = {});

/// Shell-style glob match of the whole text: `*` any run of characters, `?` one, `[a-z]` a set.
bool glob_matches(std::string_view pattern, std::string_view text);

/// Text before and after joining with a separator.
std::string join(std::span<const std::string> parts, std::string_view separator);

/// `text` quoted for a POSIX shell when it needs to be; for commands that we print to be typed.
std::string shell_quoted(std::string_view text);

/// ASCII lower case.
std::string to_lower(std::string_view text);

/// Equal but for ASCII case, as SQL compares names.
bool same_name(std::string_view a, std::string_view b);

/// `text` without leading and trailing ASCII white space.
std::string_view trimmed(std::string_view text);

/// 10000 → "10s", 1500 → "1500ms": a duration as suites and options write it.
std::string short_duration(std::chrono::milliseconds time);

/// Reads "500ms", "30s", "5m" or "2h". The unit is mandatory (except for "0"). Returns
/// milliseconds, or nothing when the text is not a duration.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);

/// What such a text looks like, as a regular expression for editors.
inline constexpr std::string_view kDurationPattern = "^([0-9]+(ms|s|m|h)|0)$";

}  // namespace baseline
