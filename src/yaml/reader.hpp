#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.hpp"

namespace baseline::yaml {

/// Reads typed values out of a tree and records what is wrong; nothing comes back for a wrong
/// value, so that reading goes on and finds the next problem.
class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  Problems& problems() const { return problems_; }
  void error(Place place, const std::string& message) const { problems_.add(place, message); }

  /// "'KEY' must be WANTED; got TYPE".
  void wrong(const Node& node, std::string_view key, std::string_view wanted) const;

  /// Whether the node is a map; a problem "WHAT must be a map; got TYPE" when not.
  bool map(const Node& node, std::string_view what) const;

  /// Reports the keys of a map that are not in `known`: "unknown key 'x' in WHAT; did you mean…".
  void only_keys(const Node& map, std::span<const std::string_view> known,
                 std::string_view what) const;

  /// `version: 1` of a file. False when the rest of the file cannot be understood.
  bool version(const Node& root) const;

  /// A text that is not blank, on one line or more.
  std::optional<std::string> text(const Node& node, std::string_view key) const;
  /// A text or plain number, as written; for tags and names like 2024.
  std::optional<std::string> word(const Node& node, std::string_view key) const;
  std::optional<std::int64_t> integer(const Node& node, std::string_view key) const;
  /// "500ms", "30s", "5m" or "2h"; the unit is mandatory.
  std::optional<std::chrono::milliseconds> duration(const Node& node, std::string_view key) const;
  /// A list of texts with at least one element.
  std::optional<std::vector<std::string>> texts(const Node& node, std::string_view key) const;
  /// The index of the word among `words`.
  std::optional<std::size_t> choice(const Node& node, std::string_view key,
                                    std::span<const std::string_view> words) const;

 private:
  Problems& problems_;
};

/// The one of them that was probably meant; never for a word of more than a name's length.
std::optional<std::string> meant(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'x'?" with what comes in front of the name (":"), or nothing.
std::string suggestion(std::string_view word, std::span<const std::string> candidates,
                       std::string_view prefix = {});

}  // namespace baseline::yaml
