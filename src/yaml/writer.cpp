#include "yaml/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "yaml/node.hpp"
#include "yaml/scalar.hpp"

namespace baseline::yaml {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// Characters that YAML takes for line breaks or a byte order mark, or that nobody can see.
bool has_invisible(std::string_view text) {
  constexpr std::string_view kInvisible[] = {"\xC2\x85", "\xC2\xA0", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                             "\xEF\xBB\xBF"};
  return std::ranges::any_of(
      kInvisible, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool reads_as_text(std::string_view plain) {
  const std::optional<Scalar> value = core_scalar(plain);
  return value && std::holds_alternative<IsText>(*value);
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view rest = text.substr(i);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_control(c)) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else if (rest.starts_with("\xC2\x85") || rest.starts_with("\xC2\xA0")) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[++i]));
    } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (rest.starts_with("\xEF\xBB\xBF")) {
      out += "\\uFEFF";
      i += 2;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A block keeps the lines as they are; it cannot start or end with white space, and a carriage
// return would be lost.
bool fits_block(std::string_view text) {
  const bool odd = std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\n'; });
  if (odd || text.empty() || has_invisible(text)) return false;
  return text.front() != ' ' && text.front() != '\n' && text.back() != '\n' &&
         text.find(" \n") == std::string_view::npos && text.back() != ' ';
}

}  // namespace

bool is_plain(std::string_view text, Context context) {
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`";
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (std::ranges::any_of(text, is_control) || has_invisible(text)) return false;
  if (kIndicators.find(text.front()) != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.ends_with(':')) return false;
  if (text.find(" #") != std::string_view::npos || text.starts_with("...")) return false;
  if (text == "<<" || text == "=") return false;
  if (context == Context::flow && text.find_first_of(",[]{}:?#\"'") != std::string_view::npos) {
    return false;
  }
  return reads_as_text(text);
}

std::string scalar(std::string_view text, Context context) {
  if (is_plain(text, context)) return std::string(text);
  const bool odd = std::ranges::any_of(text, is_control) || has_invisible(text);
  // SQL is full of single quotes, which single quotes would have to double.
  const bool doubles = text.find('\'') != std::string_view::npos &&
                       text.find_first_of("\"\\") == std::string_view::npos;
  return odd || doubles ? double_quoted(text) : single_quoted(text);
}

std::string sql_value(std::string_view text, std::size_t indent, std::size_t room) {
  const bool one_line = text.find('\n') == std::string_view::npos;
  if (one_line && text.size() <= room && is_plain(text, Context::block)) return std::string(text);
  if (!fits_block(text)) return scalar(text, Context::block);
  std::string out = "|\n";
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    out += line.empty() ? std::string() : std::string(indent, ' ') + std::string(line);
    begin = end + 1;
    if (begin <= text.size()) out += '\n';
  }
  return out;
}

}  // namespace baseline::yaml
