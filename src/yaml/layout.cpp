#include "yaml/layout.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace baseline::yaml {
namespace {

constexpr std::string_view kBlank = " \t\n";

std::size_t skip_to(std::string_view text, std::size_t from, bool blank) {
  const std::size_t found =
      blank ? text.find_first_not_of(kBlank, from) : text.find_first_of(kBlank, from);
  return std::min(found, text.size());
}

// Behind `&anchor` and `!tag`, of which yaml-cpp gives no place of their own. A comment may follow
// them, but then the value is on a line of its own.
std::size_t behind_properties(std::string_view text, std::size_t offset) {
  while (offset < text.size() && (text[offset] == '&' || text[offset] == '!')) {
    const std::size_t end = skip_to(text, offset, false);
    std::size_t next = skip_to(text, end, true);
    while (next < text.size() && text[next] == '#') {
      next = skip_to(text, std::min(text.find('\n', next), text.size()), true);
    }
    if (next == text.size()) return offset;
    offset = next;
  }
  return offset;
}

// The indentation of a block scalar's lines: that of the first line with content, unless the
// header gives it, in which case the place is not worth the trouble.
std::optional<std::size_t> block_indent(const Source& source, std::size_t first,
                                        std::string_view header) {
  const std::string_view flags = header.substr(0, header.find_first_of(" #"));
  if (flags.find_first_of("123456789") != std::string_view::npos) return std::nullopt;
  for (std::size_t line = first; line < source.line_count(); ++line) {
    const std::size_t indent = source.line_at(line).find_first_not_of(' ');
    if (indent != std::string_view::npos) return indent;
  }
  return std::nullopt;
}

void locate_block(Node& node, const Source& source, std::size_t offset) {
  const std::size_t first = source.line_number(offset) + 1;
  const std::string_view header = std::string_view(source.text()).substr(offset + 1);
  const auto indent = block_indent(source, first, header.substr(0, header.find('\n')));
  if (!indent) return;
  const auto count = static_cast<std::size_t>(std::ranges::count(node.text, '\n')) + 1;
  node.lines = static_cast<int>(std::min(count, source.line_count() - first));
  node.text_start = {static_cast<int>(first) + 1, static_cast<int>(*indent) + 1};
  node.exact = true;
}

}  // namespace

void locate(Node& node, const Source& source, std::size_t offset) {
  const std::string_view text = source.text();
  offset = behind_properties(text, offset);
  node.place = source.place_of(offset);
  if (offset == text.size()) return;
  const char style = text[offset];
  if (style == '|') {
    locate_block(node, source, offset);
    return;
  }
  if (style == '>') return;
  const std::size_t start = style == '\'' || style == '"' ? offset + 1 : offset;
  // When the file has the very bytes of the value there, nothing was folded or escaped.
  if (text.substr(start, node.text.size()) == node.text) {
    // A quote is one character on the same line.
    node.text_start = {node.place.line, node.place.column + static_cast<int>(start - offset)};
    node.exact = node.text.find('\n') == std::string::npos;
  }
}

}  // namespace baseline::yaml
