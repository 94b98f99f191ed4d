#include "yaml/node.hpp"

#include <algorithm>

namespace baseline::yaml {

Place Node::place_in_text(std::size_t offset) const {
  if (!exact) return place;
  const std::string_view before = std::string_view(text).substr(0, offset);
  const auto line = static_cast<int>(std::ranges::count(before, '\n'));
  if (lines > 0 && line >= lines) return {text_start.line + lines - 1, text_start.column};
  const std::size_t newline = before.rfind('\n');
  const std::string_view in_line =
      newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto characters = std::ranges::count_if(
      in_line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {text_start.line + line, text_start.column + static_cast<int>(characters)};
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key.text == key) return &entry.value;
  }
  return nullptr;
}

std::string_view Node::type_name() const {
  switch (kind) {
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
    case Kind::scalar:
      break;
  }
  constexpr std::string_view kNames[] = {"nothing", "true or false", "a number", "a number",
                                         "text"};
  return kNames[scalar.index()];
}

}  // namespace baseline::yaml
