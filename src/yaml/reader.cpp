#include "yaml/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace baseline::yaml {
namespace {

// Nobody mistypes a key of this length, and the distance costs the product of the lengths.
constexpr std::size_t kLongestWord = 64;

std::string short_word(std::string_view word) {
  return word.size() <= kLongestWord ? std::string(word)
                                     : std::string(word.substr(0, kLongestWord)) + "…";
}

}  // namespace

std::optional<std::string> meant(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kLongestWord) return std::nullopt;
  return did_you_mean(word, candidates);
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates,
                       std::string_view prefix) {
  const std::optional<std::string> near = meant(word, candidates);
  return near ? fmt::format("; did you mean '{}{}'?", prefix, *near) : std::string();
}

void Reader::wrong(const Node& node, std::string_view key, std::string_view wanted) const {
  error(node.place, fmt::format("'{}' must be {}; got {}", key, wanted, node.type_name()));
}

bool Reader::map(const Node& node, std::string_view what) const {
  if (node.is_map()) return true;
  error(node.place, fmt::format("{} must be a map; got {}", what, node.type_name()));
  return false;
}

void Reader::only_keys(const Node& map, std::span<const std::string_view> known,
                       std::string_view what) const {
  const std::vector<std::string> candidates(known.begin(), known.end());
  for (const Entry& entry : map.entries) {
    const std::string& key = entry.key.text;
    if (std::ranges::find(candidates, key) != candidates.end()) continue;
    error(entry.key.place, fmt::format("unknown key '{}' in {}{}", short_word(key), what,
                                       suggestion(key, candidates)));
  }
}

bool Reader::version(const Node& root) const {
  constexpr std::int64_t kVersion = 1;
  const Node* const node = root.find("version");
  if (node == nullptr) {
    error(root.place, "'version' is missing; write version: 1");
    return true;
  }
  const auto version = integer(*node, "version");
  if (!version || *version == kVersion) return true;
  if (*version > kVersion) {
    error(node->place,
          fmt::format("version {} is newer than this program (reads {})", *version, kVersion));
    return false;
  }
  error(node->place, fmt::format("there is no version {}; write version: 1", *version));
  return true;
}

std::optional<std::string> Reader::text(const Node& node, std::string_view key) const {
  const std::string* text = node.as_text();
  if (text == nullptr) {
    wrong(node, key, "text");
    return std::nullopt;
  }
  if (trimmed(*text).empty()) {
    error(node.place, fmt::format("'{}' is empty", key));
    return std::nullopt;
  }
  return *text;
}

std::optional<std::string> Reader::word(const Node& node, std::string_view key) const {
  const bool number = std::holds_alternative<std::int64_t>(node.scalar) ||
                      std::holds_alternative<double>(node.scalar);
  if (!node.is_scalar() || (!number && node.as_text() == nullptr)) {
    wrong(node, key, "text");
    return std::nullopt;
  }
  if (trimmed(node.text).empty()) {
    error(node.place, fmt::format("'{}' is empty", key));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::int64_t> Reader::integer(const Node& node, std::string_view key) const {
  const auto* number = node.is_scalar() ? std::get_if<std::int64_t>(&node.scalar) : nullptr;
  if (number == nullptr) {
    wrong(node, key, "a whole number");
    return std::nullopt;
  }
  return *number;
}

std::optional<std::chrono::milliseconds> Reader::duration(const Node& node,
                                                          std::string_view key) const {
  if (const std::string* text = node.as_text()) {
    if (const std::optional<std::int64_t> parsed = parse_duration_ms(*text)) {
      return std::chrono::milliseconds(*parsed);
    }
  }
  const bool number = node.is_scalar() && (std::holds_alternative<std::int64_t>(node.scalar) ||
                                           std::holds_alternative<double>(node.scalar));
  const std::string got = number           ? fmt::format("{} (no unit)", short_word(node.text))
                          : node.as_text() ? fmt::format("'{}'", short_word(node.text))
                                           : std::string(node.type_name());
  error(node.place, fmt::format("'{}' must be a duration like 500ms, 30s or 5m; got {}", key, got));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Reader::texts(const Node& node,
                                                      std::string_view key) const {
  if (!node.is_list() || node.items.empty()) {
    const std::string_view got = node.is_list() ? "an empty list" : node.type_name();
    error(node.place, fmt::format("'{}' must be a non-empty list of texts; got {}", key, got));
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (const Node& item : node.items) {
    std::optional<std::string> text = word(item, key);
    if (!text) return std::nullopt;
    out.push_back(*std::move(text));
  }
  return out;
}

std::optional<std::size_t> Reader::choice(const Node& node, std::string_view key,
                                          std::span<const std::string_view> words) const {
  const auto found = std::ranges::find(words, std::string_view(node.text));
  if (node.as_text() != nullptr && found != words.end()) {
    return static_cast<std::size_t>(found - words.begin());
  }
  const std::vector<std::string> candidates(words.begin(), words.end());
  const std::string list = fmt::format(
      "{} or {}", fmt::join(candidates.begin(), candidates.end() - 1, ", "), candidates.back());
  const std::string got = node.is_scalar() && !node.empty
                              ? fmt::format("'{}'", short_word(node.text))
                              : std::string(node.type_name());
  error(node.place, fmt::format("'{}' must be {}; got {}{}", key, list, got,
                                node.is_scalar() ? suggestion(node.text, candidates) : ""));
  return std::nullopt;
}

}  // namespace baseline::yaml
