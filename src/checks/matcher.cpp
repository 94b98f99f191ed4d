#include "checks/matcher.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "base/text.hpp"

namespace baseline {
namespace {

// Numbers by value and texts by bytes; other pairs have no order. A long double holds each int64
// exactly on the platforms that we build for.
std::partial_ordering order(const Value& a, const Value& b) {
  const auto number = [](const Value& value) -> std::optional<long double> {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      return static_cast<long double>(*integer);
    }
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
  };
  const auto left = number(a);
  const auto right = number(b);
  if (left && right) return *left <=> *right;
  const auto* left_text = std::get_if<std::string>(&a);
  const auto* right_text = std::get_if<std::string>(&b);
  if (left_text != nullptr && right_text != nullptr) return *left_text <=> *right_text;
  return std::partial_ordering::unordered;
}

std::string literals(const std::vector<Value>& values) {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const Value& value : values) out.push_back(sql_literal(value));
  return join(out, ", ");
}

bool is_count(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr && *number >= 0;
}

bool is_text(const Value& value) { return std::holds_alternative<std::string>(value); }

// The first true or false in a matcher, or null.
const yaml::Node* first_truth(const yaml::Node& node) {
  if (node.is_scalar()) return std::holds_alternative<bool>(node.scalar) ? &node : nullptr;
  for (const yaml::Node& item : node.items) {
    if (const yaml::Node* const found = first_truth(item)) return found;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (const yaml::Node* const found = first_truth(entry.value)) return found;
  }
  return nullptr;
}

std::string_view article_of(std::string_view noun) { return noun.starts_with('e') ? "an" : "a"; }

}  // namespace

std::span<const Matcher::Operator> Matcher::operators() {
  static constexpr Operator kOperators[] = {
      {"lt", Op::lt, "less than"},
      {"le", Op::le, "at most"},
      {"gt", Op::gt, "greater than"},
      {"ge", Op::ge, "at least"},
      {"in", Op::in, "one of these values"},
      {"matches", Op::matches, "text in which this regular expression (RE2) is found somewhere"},
      {"type", Op::type, "of this storage class"},
      {"contains", Op::contains, "text in which this text is found"},
      {"not", Op::negation, "anything but what this matches"},
  };
  return kOperators;
}

Value value_of(const yaml::Node& scalar) { return value_of(scalar.scalar, scalar.text); }

Value value_of(const yaml::Scalar& scalar, const std::string& text) {
  struct Converter {
    const std::string& written;
    Value operator()(std::monostate) const { return {}; }
    Value operator()(bool truth) const { return std::int64_t{truth ? 1 : 0}; }
    Value operator()(std::int64_t number) const { return number; }
    Value operator()(double number) const { return number; }
    Value operator()(yaml::IsText) const { return written; }
  };
  return std::visit(Converter{text}, scalar);
}

std::shared_ptr<const re2::RE2> read_regex(const yaml::Node& node, std::string_view key,
                                           const yaml::Reader& reader) {
  const auto text = reader.text(node, key);
  if (!text) return nullptr;
  auto regex = std::make_shared<const re2::RE2>(*text, re2::RE2::Quiet);
  if (regex->ok()) return regex;
  reader.error(node.place, fmt::format("'{}' is no regular expression: {}", key, regex->error()));
  return nullptr;
}

bool regex_found(const re2::RE2& regex, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

std::optional<Matcher> Matcher::read(const yaml::Node& node, std::string_view key,
                                     const yaml::Reader& reader) {
  Matcher matcher;
  if (node.is_scalar() && !node.empty) {
    matcher.operand_ = value_of(node);
    return matcher;
  }
  if (node.is_scalar()) {
    reader.error(node.place, fmt::format("'{}' is empty; write null if you mean NULL", key));
    return std::nullopt;
  }
  if (!node.is_map() || node.entries.empty()) {
    const std::string_view got = node.is_map() ? "an empty map" : node.type_name();
    reader.error(node.place,
                 fmt::format("'{}' must be a value or a map of operators; got {}", key, got));
    return std::nullopt;
  }
  std::vector<std::string_view> names;
  std::ranges::transform(operators(), std::back_inserter(names), &Operator::name);
  reader.only_keys(node, names, "a matcher");
  matcher.op_ = Op::all;
  bool good = true;
  for (const yaml::Entry& entry : node.entries) {
    const auto row = std::ranges::find(operators(), entry.key.text, &Operator::name);
    std::optional<Matcher> part;
    if (row != operators().end()) part = read_operator(row->op, entry, reader);
    good = good && part;
    if (part) matcher.parts_.push_back(*std::move(part));
  }
  if (!good) return std::nullopt;
  return matcher;
}

std::optional<Matcher> Matcher::read_count(const yaml::Node& node, std::string_view key,
                                           const yaml::Reader& reader, std::string_view noun) {
  if (const yaml::Node* const truth = first_truth(node)) {
    // It would be taken for 0 or 1, and `scanned: false` reads as if nothing were asked.
    reader.error(truth->place,
                 fmt::format("'{}' is {} {}, not true or false: write {}", key, article_of(noun),
                             noun, std::get<bool>(truth->scalar) ? 1 : 0));
    return std::nullopt;
  }
  auto matcher = read(node, key, reader);
  if (!matcher) return std::nullopt;
  if (!matcher->compares_with(&is_count, false)) {
    reader.error(node.place, fmt::format("'{}' is {} {}: compare it with whole numbers from 0", key,
                                         article_of(noun), noun));
    return std::nullopt;
  }
  if (matcher->takes_every_count()) {
    reader.error(node.place,
                 fmt::format("'{}' matches every {}, so it asserts nothing", key, noun));
    return std::nullopt;
  }
  return matcher;
}

std::optional<Matcher> Matcher::read_text(const yaml::Node& node, std::string_view key,
                                          const yaml::Reader& reader) {
  auto matcher = read(node, key, reader);
  if (!matcher || matcher->compares_with(&is_text, true)) return matcher;
  reader.error(node.place,
               fmt::format("'{}' is text: compare it with text, a number in quotes", key));
  return std::nullopt;
}

std::optional<Matcher> Matcher::read_operator(Op op, const yaml::Entry& entry,
                                              const yaml::Reader& reader) {
  const yaml::Node& node = entry.value;
  const std::string& key = entry.key.text;
  Matcher out;
  out.op_ = op;
  switch (op) {
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
      out.operand_ = node.is_scalar() ? value_of(node) : Value();
      if (is_null(out.operand_)) {
        reader.wrong(node, key, "a number or text");
        return std::nullopt;
      }
      return out;
    case Op::in:
      if (!node.is_list() || node.items.empty()) {
        reader.error(node.place, fmt::format("'in' must be a non-empty list of values; got {}",
                                             node.is_list() ? "an empty list" : node.type_name()));
        return std::nullopt;
      }
      for (const yaml::Node& item : node.items) {
        if (!item.is_scalar() || item.empty) {
          reader.wrong(item, key, "a list of values");
          return std::nullopt;
        }
        out.choices_.push_back(value_of(item));
      }
      return out;
    case Op::matches:
      out.regex_ = read_regex(node, key, reader);
      if (!out.regex_) return std::nullopt;
      return out;
    case Op::contains: {
      auto text = reader.text(node, key);
      if (!text) return std::nullopt;
      out.operand_ = *std::move(text);
      return out;
    }
    case Op::type:
      if (!reader.choice(node, key, kStorageClasses)) return std::nullopt;
      out.operand_ = node.text;
      return out;
    case Op::negation: {
      auto inner = read(node, key, reader);
      if (!inner) return std::nullopt;
      out.parts_.push_back(*std::move(inner));
      return out;
    }
    case Op::equal:
    case Op::all:
      break;
  }
  return std::nullopt;
}

bool Matcher::matches(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value);
  switch (op_) {
    case Op::equal:
      return same_value(value, operand_);
    case Op::lt:
      return std::is_lt(order(value, operand_));
    case Op::le:
      return std::is_lteq(order(value, operand_));
    case Op::gt:
      return std::is_gt(order(value, operand_));
    case Op::ge:
      return std::is_gteq(order(value, operand_));
    case Op::in:
      return std::ranges::any_of(choices_,
                                 [&](const Value& choice) { return same_value(value, choice); });
    case Op::matches:
      return text != nullptr && regex_found(*regex_, *text);
    case Op::contains:
      return text != nullptr && text->find(std::get<std::string>(operand_)) != std::string::npos;
    case Op::type:
      return storage_class(value) == std::get<std::string>(operand_);
    case Op::negation:
      return !parts_.front().matches(value);
    case Op::all:
      return std::ranges::all_of(parts_, [&](const Matcher& part) { return part.matches(value); });
  }
  return false;
}

std::string Matcher::describe() const {
  switch (op_) {
    case Op::equal:
      return sql_literal(operand_);
    case Op::lt:
      return "< " + sql_literal(operand_);
    case Op::le:
      return "<= " + sql_literal(operand_);
    case Op::gt:
      return "> " + sql_literal(operand_);
    case Op::ge:
      return ">= " + sql_literal(operand_);
    case Op::in:
      return "one of " + literals(choices_);
    case Op::matches:
      return fmt::format("text that matches {}", sql_literal(regex_->pattern()));
    case Op::contains:
      return "text that contains " + sql_literal(operand_);
    case Op::type:
      return "type " + std::get<std::string>(operand_);
    case Op::negation: {
      const Matcher& inner = parts_.front();
      const bool several = inner.op_ == Op::all && inner.parts_.size() > 1;
      return several ? fmt::format("not ({})", inner.describe()) : "not " + inner.describe();
    }
    case Op::all: {
      std::vector<std::string> out;
      out.reserve(parts_.size());
      for (const Matcher& part : parts_) out.push_back(part.describe());
      return join(out, " and ");
    }
  }
  return {};
}

// What it takes changes at the values that it compares with, and nowhere else.
bool Matcher::takes_every_count() const {
  std::vector<Value> probes = {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()};
  append_operands(probes);
  for (std::size_t i = probes.size(); i-- > 0;) {
    if (!std::holds_alternative<std::int64_t>(probes[i])) continue;
    const auto number = std::get<std::int64_t>(probes[i]);  // not its place: the list grows
    if (number > 0) probes.emplace_back(number - 1);
    if (number < std::numeric_limits<std::int64_t>::max()) probes.emplace_back(number + 1);
  }
  return std::ranges::all_of(probes, [&](const Value& value) { return matches(value); });
}

void Matcher::append_operands(std::vector<Value>& out) const {
  if (op_ != Op::all && op_ != Op::negation && op_ != Op::in) out.push_back(operand_);
  out.insert(out.end(), choices_.begin(), choices_.end());
  for (const Matcher& part : parts_) part.append_operands(out);
}

bool Matcher::compares_with(bool (*fits)(const Value&), bool parts_of_text) const {
  switch (op_) {
    case Op::equal:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
      return fits(operand_);
    case Op::in:
      return std::ranges::all_of(choices_, fits);
    case Op::matches:
    case Op::contains:
      return parts_of_text;
    case Op::type:
      return false;
    case Op::negation:
    case Op::all:
      return std::ranges::all_of(
          parts_, [&](const Matcher& part) { return part.compares_with(fits, parts_of_text); });
  }
  return false;
}

}  // namespace baseline
