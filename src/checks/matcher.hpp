#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/value.hpp"
#include "yaml/reader.hpp"

namespace re2 {
class RE2;
}

namespace baseline {

/// What the operator `type` may say.
inline constexpr std::string_view kStorageClasses[] = {"integer", "real", "text", "blob"};

/// The value that a scalar of a suite stands for: true is 1, as SQL has it.
Value value_of(const yaml::Node& scalar);
/// The same of one that was written as `text`.
Value value_of(const yaml::Scalar& scalar, const std::string& text);

/// A regular expression of RE2's syntax; nothing, and a problem at the node, when it is none.
std::shared_ptr<const re2::RE2> read_regex(const yaml::Node& node, std::string_view key,
                                           const yaml::Reader& reader);
/// Whether the expression matches somewhere in the text, in time linear in its length.
bool regex_found(const re2::RE2& regex, std::string_view text);

/// What a value must be (docs/checks.md, "Matchers"): equal to a scalar, or all operators of a map.
class Matcher {
 public:
  enum class Op { equal, lt, le, gt, ge, in, matches, contains, type, negation, all };
  /// An operator that a map may hold: what the loader knows, and what editors complete.
  struct Operator {
    std::string_view name;
    Op op;
    std::string_view meaning;  ///< one sentence for people, without a full stop
  };
  static std::span<const Operator> operators();

  /// Nothing, and problems, when the node under `key` is no matcher or matches whatever comes.
  static std::optional<Matcher> read(const yaml::Node& node, std::string_view key,
                                     const yaml::Reader& reader);

  /// The same for a count, which can only be compared with whole numbers from 0, and is never less;
  /// `noun`: what it counts as, for people ("exit code").
  static std::optional<Matcher> read_count(const yaml::Node& node, std::string_view key,
                                           const yaml::Reader& reader,
                                           std::string_view noun = "count");

  /// The same for a text, which can only be compared with text: to anything else none is equal.
  static std::optional<Matcher> read_text(const yaml::Node& node, std::string_view key,
                                          const yaml::Reader& reader);

  bool matches(const Value& value) const;
  /// "'ok'", ">= 1 and <= 5", "not NULL": for people.
  std::string describe() const;
  /// The value that it demands, if it is just one.
  const Value* equal_to() const { return op_ == Op::equal ? &operand_ : nullptr; }

 private:
  static std::optional<Matcher> read_operator(Op op, const yaml::Entry& entry,
                                              const yaml::Reader& reader);
  // Whether all values that it compares with fit; `parts_of_text`: whether it may look for parts of
  // a text, too.
  bool compares_with(bool (*fits)(const Value&), bool parts_of_text) const;
  // Whether every whole number from 0 matches: of a count that would assert nothing.
  bool takes_every_count() const;
  // The values that it compares with, of the matchers in it too.
  void append_operands(std::vector<Value>& out) const;

  Op op_ = Op::equal;
  Value operand_;
  std::vector<Value> choices_;
  std::shared_ptr<const re2::RE2> regex_;
  std::vector<Matcher> parts_;
};

}  // namespace baseline
