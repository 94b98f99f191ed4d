#include "yaml/variables.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"

namespace baseline::yaml {

bool is_identifier(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kDigits = "0123456789";
  return !name.empty() && kDigits.find(name[0]) == std::string_view::npos &&
         name.find_first_not_of(std::string(kLetters) + std::string(kDigits)) ==
             std::string_view::npos;
}

std::optional<std::string> expanded(const Reader& reader, const Node& node, const std::string& text,
                                    const Variables& variables, std::string_view where) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with("$$")) {
      out += '$';
      ++i;
      continue;
    }
    if (!rest.starts_with("${")) {
      out += text[i];
      continue;
    }
    const std::size_t end = rest.find('}');
    const std::string name(rest.substr(2, end == std::string_view::npos ? end : end - 2));
    if (end == std::string_view::npos || !is_identifier(name)) {
      reader.error(node.place_in_text(i), "'${' starts a name like ${HOME}; write $$ for a $");
      return std::nullopt;
    }
    const std::optional<std::string> value = variables(name);
    if (!value) {
      reader.error(node.place_in_text(i), fmt::format("${{{}}} is not set{}", name,
                                                      fmt::format(fmt::runtime(where), name)));
      return std::nullopt;
    }
    out += *value;
    i += end;
  }
  return out;
}

std::optional<Words> read_words(
    const Reader& reader, const Node& node, std::string_view key,
    const std::function<std::optional<std::string>(const Node&, const std::string&)>& expand) {
  if (!node.is_list() || node.items.empty()) {
    const std::string_view got = node.is_list() ? "an empty list" : node.type_name();
    reader.error(node.place,
                 fmt::format("'{}' must be a non-empty list of words like [curl, -f, URL]; got {}",
                             key, got));
    return std::nullopt;
  }
  Words words;
  for (const Node& item : node.items) {
    if (!item.is_scalar() || item.empty) {
      reader.wrong(item, key, "a list of words");
      return std::nullopt;
    }
    auto word = expand(item, item.text);
    if (!word) return std::nullopt;
    if (word->find('\0') != std::string::npos) {
      reader.error(item.place, fmt::format("a word of '{}' cannot hold a NUL", key));
      return std::nullopt;
    }
    words.run.push_back(*std::move(word));
    words.written.push_back(item.text);
  }
  if (trimmed(words.run.front()).empty()) {
    reader.error(node.items.front().place,
                 fmt::format("the first word of '{}' is the program; got none", key));
    return std::nullopt;
  }
  return words;
}

}  // namespace baseline::yaml
