#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/problems.hpp"

namespace baseline::yaml {

/// The largest file that the reader takes.
inline constexpr std::size_t kMaxSize = std::size_t{1} << 20;

/// The text of an input file with its lines, made fit for yaml-cpp: no byte order mark, LF only.
class Source {
 public:
  /// Nothing, and a problem, when the text is too large, not UTF-8, or holds characters that YAML
  /// forbids (yaml-cpp would take byte 4 for the end of the file) or tabs that indent.
  static std::optional<Source> read(std::string_view text, Problems& problems);

  const std::string& text() const { return text_; }

  /// Byte offset of a line and column as yaml-cpp counts them: from 0, columns in bytes.
  std::size_t offset_of(int line, int column) const;
  Place place_of(std::size_t offset) const;
  /// The line (from 0) at an offset, without its end.
  std::string_view line_at(std::size_t line) const;
  std::size_t line_number(std::size_t offset) const;
  std::size_t line_count() const { return starts_.size(); }
  std::size_t line_start(std::size_t line) const { return starts_[line]; }

 private:
  explicit Source(std::string text);
  bool check(Problems& problems) const;

  std::string text_;
  std::vector<std::size_t> starts_;
  /// The place that was asked for last. A reader asks for one after the other, and a line may be as
  /// long as the file: to count each from the start of its line would take quadratic time.
  struct Known {
    std::size_t offset = 0;
    Place place;
  };
  mutable Known known_;
};

}  // namespace baseline::yaml
