#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yaml/problems.hpp"

namespace baseline::yaml {

/// Of a scalar that is text: the text itself is the node's.
struct IsText {
  bool operator==(const IsText&) const = default;
};

/// A scalar as YAML 1.2 core types it: null, true/false, integer, real, text.
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, IsText>;

struct Entry;

/// One node of a document. Aliases to scalars are resolved: the node is a copy of the anchor's.
struct Node {
  enum class Kind { scalar, list, map };

  Kind kind = Kind::scalar;
  Place place;         ///< of the value itself, behind anchors and tags
  Scalar scalar;       ///< kind scalar
  std::string text;    ///< kind scalar: as written, without quotes
  bool empty = false;  ///< kind scalar: nothing is written there at all
  /// Whether `text_start` and `lines` tell the place of each character. They do not when the text
  /// is folded or escaped: then `place` stands for all of it.
  bool exact = false;
  std::vector<Node> items;
  std::vector<Entry> entries;
  /// Where `text` starts in the file: behind a quote, or on the line after `|`.
  Place text_start;
  /// How many lines of the file it has, each in the column of the first; 0 unless written with `|`.
  int lines = 0;

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  /// The text when this is a scalar of type text, else null.
  const std::string* as_text() const {
    return is_scalar() && std::holds_alternative<IsText>(scalar) ? &text : nullptr;
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
