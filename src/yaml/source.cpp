#include "yaml/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace baseline::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string normalised_source(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.find('\r') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
}

}  // namespace

Source::Source(std::string text) : text_(std::move(text)), starts_{0} {
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
}

std::optional<Source> Source::read(std::string_view text, Problems& problems) {
  if (text.size() > kMaxSize) {
    problems.add({}, fmt::format("larger than {}", human_size(kMaxSize)));
    return std::nullopt;
  }
  Source source(normalised_source(text));
  if (!source.check(problems)) return std::nullopt;
  return source;
}

bool Source::check(Problems& problems) const {
  if (const std::size_t valid = utf8_prefix(text_); valid < text_.size()) {
    problems.add(place_of(valid), "not UTF-8; save the file as UTF-8");
    return false;
  }
  const auto bad = std::ranges::find_if(text_, is_forbidden);
  if (bad != text_.end()) {
    problems.add(place_of(static_cast<std::size_t>(bad - text_.begin())),
                 fmt::format("control character {} is not allowed in YAML",
                             printable(std::string_view(&*bad, 1))));
    return false;
  }
  bool clean = true;
  for (std::size_t line = 0; line < starts_.size(); ++line) {
    const std::string_view content = line_at(line);
    if (content.starts_with('\t') && !trimmed(content).empty()) {
      problems.add(place_of(starts_[line]), "a tab cannot indent YAML; use spaces");
      clean = false;
    }
  }
  return clean;
}

std::size_t Source::offset_of(int line, int column) const {
  if (line < 0 || column < 0) return 0;
  const std::size_t row = std::min(static_cast<std::size_t>(line), starts_.size() - 1);
  return std::min(starts_[row] + static_cast<std::size_t>(column), text_.size());
}

std::size_t Source::line_number(std::size_t offset) const {
  const auto next = std::ranges::upper_bound(starts_, offset);
  return static_cast<std::size_t>(next - starts_.begin()) - 1;
}

std::string_view Source::line_at(std::size_t line) const {
  const std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] - 1 : text_.size();
  return std::string_view(text_).substr(starts_[line], end - starts_[line]);
}

Place Source::place_of(std::size_t offset) const {
  const std::size_t line = line_number(offset);
  const bool onwards = static_cast<int>(line) + 1 == known_.place.line && offset >= known_.offset;
  if (!onwards) known_ = {starts_[line], {static_cast<int>(line) + 1, 1}};
  const std::string_view passed =
      std::string_view(text_).substr(known_.offset, offset - known_.offset);
  // Bytes that continue a UTF-8 sequence do not start a character.
  const auto characters = std::ranges::count_if(
      passed, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  known_.place.column += static_cast<int>(characters);
  known_.offset = offset;
  return known_.place;
}

}  // namespace baseline::yaml
