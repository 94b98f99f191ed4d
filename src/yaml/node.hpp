#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yaml/problems.hpp"

namespace baseline::yaml {

/// A scalar as YAML 1.2 core types it: null, true/false, integer, real, text.
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct Entry;

/// One node of a document. Aliases to scalars are resolved: the node is a copy of the anchor's.
struct Node {
  enum class Kind { scalar, list, map };

  Kind kind = Kind::scalar;
  Place place;         ///< of the value itself, behind anchors and tags
  Scalar scalar;       ///< kind scalar
  std::string text;    ///< kind scalar: as written, without quotes
  bool empty = false;  ///< kind scalar: nothing is written there at all
  std::vector<Node> items;
  std::vector<Entry> entries;
  /// Where `text` starts in the file: behind a quote, or on the line after `|`.
  Place text_start;
  /// Where each line of it starts; empty when it has only one.
  std::vector<Place> lines;
  /// Whether these tell the place of each character. They do not when the text is folded or
  /// escaped: then `place` stands for all of it.
  bool exact = false;

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  /// The text when this is a scalar of type text, else null.
  const std::string* as_text() const {
    return is_scalar() ? std::get_if<std::string>(&scalar) : nullptr;
  }

  /// The place of the byte `offset` of `text`: exact for plain, quoted (unless folded or escaped)
  /// and `|` scalars, else the start of the scalar.
  Place place_in_text(std::size_t offset) const;

  /// The value of a key of a map, or null.
  const Node* find(std::string_view key) const;

  /// "text", "a number", "true or false", "nothing", "a list", "a map": for messages.
  std::string_view type_name() const;
};

/// One key of a map with its value.
struct Entry {
  Node key;
  Node value;
};

}  // namespace baseline::yaml
