#include "announce/template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace baseline {
namespace {

bool is_variable_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && (letter(text.front()) || text.front() == '_') &&
         std::ranges::all_of(
             text, [&](char c) { return letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

}  // namespace

std::optional<Template> Template::read(const yaml::Node& node, std::string_view key,
                                       const yaml::Reader& reader) {
  const auto text = reader.text(node, key);
  if (!text) return std::nullopt;
  if (text->find('\n') != std::string::npos) {
    reader.error(node.place, fmt::format("'{}' must be one line", key));
    return std::nullopt;
  }
  Template out;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const char c = (*text)[i];
    const bool doubled = i + 1 < text->size() && (*text)[i + 1] == c;
    if ((c != '{' && c != '}') || doubled) {
      out.literals_.back() += c;
      if (c == '{' || c == '}') ++i;
      continue;
    }
    const std::size_t end = c == '{' ? text->find('}', i) : std::string::npos;
    const std::string name =
        end == std::string::npos ? std::string() : text->substr(i + 1, end - i - 1);
    if (!is_variable_name(name)) {
      reader.error(node.place_in_text(i),
                   fmt::format("'{}' has a '{}' that is not part of a {{column}}; write '{}{}' for "
                               "the brace itself",
                               key, c, c, c));
      return std::nullopt;
    }
    out.placeholders_.push_back({name, node.place_in_text(i)});
    out.literals_.emplace_back();
    i = end;
  }
  return out;
}

std::string Template::render(
    const std::function<std::string(const std::string& name)>& value_of) const {
  std::string out = literals_.front();
  for (std::size_t i = 0; i < placeholders_.size(); ++i) {
    out += value_of(placeholders_[i].name) + literals_[i + 1];
  }
  return out;
}

}  // namespace baseline
