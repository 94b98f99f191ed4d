#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "os/file.hpp"

namespace baseline {

/// The longest piece of a line that is handed out at once.
inline constexpr std::size_t kLongestPiece = std::size_t{64} << 10U;
/// How much of a piece comes again at the start of the next one of the same line, so that what lies
/// across a cut is still found.
inline constexpr std::size_t kPieceOverlap = std::size_t{4} << 10U;

/// A line, or a piece of one that is longer than kLongestPiece.
struct Line {
  std::string_view text;     ///< without its end, LF or CR LF
  std::uint64_t number = 0;  ///< of the line, from 1, counted from where reading began
  std::uint64_t offset = 0;  ///< of the line in the file, bytes
};

/// Told a line; false ends the reading.
using OnLine = std::function<bool(const Line& line)>;
/// Asked about once per 256 KiB whether to go on. May throw to stop.
using OnBlock = std::function<bool()>;

/// Reads the lines of `file` from `from` up to `to` or its end, in memory that does not depend on
/// the lengths of file and lines. A last line without an end counts. Returns the number of lines.
/// Throws Error{io}.
std::uint64_t read_lines(const File& file, std::uint64_t from, std::uint64_t to,
                         const OnLine& on_line, const OnBlock& on_block);

/// How many lines end before `to`; nothing when `on_block` ended it. Throws Error{io}.
std::optional<std::uint64_t> count_lines(const File& file, std::uint64_t to,
                                         const OnBlock& on_block);

}  // namespace baseline
