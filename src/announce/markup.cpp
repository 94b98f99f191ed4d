#include "announce/markup.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace baseline {
namespace {

// U+200B, an invisible space.
constexpr std::string_view kInvisibleSpace = "\xE2\x80\x8B";

// What bold, italic, struck, hidden and quoted text, code, links, addresses and the marks of
// people, channels and emojis are made of.
constexpr std::string_view kDiscordMarks = "\\`*_~|<>#:[]()";

}  // namespace

std::string in_message(std::string_view data, Markup markup) {
  std::string text = printable(data);
  if (markup == Markup::plain) return text;
  std::string out;
  for (const char c : text) {
    if (kDiscordMarks.find(c) != std::string_view::npos) out += '\\';
    out += c;
    if (c == '@') out += kInvisibleSpace;
  }
  return out;
}

std::string as_code(const std::string& command, Markup markup) {
  return markup == Markup::plain ? command : "`" + command + "`";
}

bool is_typed_safely(std::string_view data) {
  if (printable(data) != data) return false;
  if (data.find_first_of("\"\\`") != std::string_view::npos) return false;
  const std::string lower = to_lower(data);
  constexpr std::string_view kCalls[] = {"@everyone", "@here", "<@", "<#", "<:", "<a:"};
  return std::ranges::none_of(
      kCalls, [&](std::string_view call) { return lower.find(call) != std::string::npos; });
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++count;
    if (byte >= 0xF0U) ++count;
  }
  return count;
}

}  // namespace baseline
