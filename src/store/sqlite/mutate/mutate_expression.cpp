#include "store/sqlite/mutate/mutate_expression.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

using Substitution = std::pair<std::string_view, std::string_view>;

constexpr std::array<Substitution, 11> kSymbols = {{{"<", "<="},
                                                    {"<=", "<"},
                                                    {">", ">="},
                                                    {">=", ">"},
                                                    {"=", "<>"},
                                                    {"==", "<>"},
                                                    {"<>", "="},
                                                    {"!=", "="},
                                                    {"+", "-"},
                                                    {"-", "+"},
                                                    {"/", "*"}}};

// Where a condition begins and ends, AND and OR aside.
constexpr std::array<std::string_view, 30> kClauses = {
    "select", "from",   "where",     "on",        "join",  "left",   "inner",  "cross",
    "group",  "having", "order",     "limit",     "union", "except", "set",    "values",
    "when",   "then",   "else",      "end",       "begin", "window", "insert", "update",
    "delete", "as",     "returning", "intersect", "using", "natural"};

// The token can be the end of an operand, so that a sign behind it is an operator.
bool ends_operand(const Token& token) {
  if (token.kind == Token::Kind::symbol) return token.text == ")";
  if (token.kind != Token::Kind::word) return true;
  const std::string word = to_lower(token.text);
  return word == "null" || word == "end" || word.starts_with("current_") ||
         sqlite3_keyword_check(word.data(), static_cast<int>(word.size())) == 0;
}

std::optional<std::string> moved(std::string_view number, bool negative, int by) {
  const std::string text = (negative ? "-" : "") + std::string(number);
  std::int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (whole.ec == std::errc() && whole.ptr == text.data() + text.size()) {
    const bool over = by > 0 ? integer == std::numeric_limits<std::int64_t>::max()
                             : integer == std::numeric_limits<std::int64_t>::min();
    return over ? std::nullopt : std::optional(fmt::format("{}", integer + by));
  }
  double real = 0;
  const auto part = std::from_chars(text.data(), text.data() + text.size(), real);
  if (part.ec != std::errc() || part.ptr != text.data() + text.size()) return std::nullopt;
  if (real + by == real) return std::nullopt;  // too great to be moved by one
  const std::string out = fmt::format("{}", real + by);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

// Goes over the tokens once, into parentheses by recursion, so that conditions at one level can be
// told from those inside.
class ExpressionWalk {
 public:
  ExpressionWalk(const Subject& subject, MutantList& out)
      : subject_(subject), out_(out), script_(out.script()) {}

  void level(Span span) {
    Conditions conditions{span.begin, {}};
    bool between = false;
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (script_.symbol(i, "(")) {
        i = parentheses(i, span.end);
      } else if (script_.keyword(i, "case")) {
        i = case_expression(i, span.end);
      } else if (script_.keyword(i, "between")) {
        between = true;
      } else if (script_.keyword(i, "and") && std::exchange(between, false)) {
        continue;  // of BETWEEN a AND b
      } else if (script_.keyword(i, "and") || script_.keyword(i, "or")) {
        conditions.links.push_back(i);
      } else if (ends_condition(i)) {
        linked(conditions, i);
        conditions = {i + 1, {}};
      } else {
        i = token(i, span);
      }
    }
    linked(conditions, span.end);
  }

 private:
  /// Conditions that AND and OR join.
  struct Conditions {
    std::size_t begin = 0;
    std::vector<std::size_t> links;  ///< the ANDs and ORs
  };

  bool ends_condition(std::size_t i) const {
    const Token& token = script_[i];
    if (token.kind == Token::Kind::symbol) return token.text == "," || token.text == ";";
    return token.kind == Token::Kind::word &&
           std::ranges::find(kClauses, to_lower(token.text)) != kClauses.end();
  }

  std::size_t parentheses(std::size_t open, std::size_t end) {
    const std::size_t close = script_.closing(open, end);
    const Span inner{open + 1, close};
    const bool query = script_.keyword(open + 1, "select") || script_.keyword(open + 1, "with") ||
                       script_.keyword(open + 1, "values");
    if (open > 0 && script_.keyword(open - 1, "in") && !query) {
      in_list(inner);
    } else if (open > 0 && script_.keyword(open - 1, "cast")) {
      // What comes after AS is a type, not a number.
      const Span value{inner.begin, inner.end};
      std::size_t as = value.begin;
      while (as < value.end && !script_.keyword(as, "as")) ++as;
      level({value.begin, as});
    } else {
      level(inner);
    }
    return close;
  }

  std::size_t case_expression(std::size_t begin, std::size_t end) {
    std::size_t depth = 0;
    std::size_t close = begin;
    for (; close < end; ++close) {
      if (script_.keyword(close, "case")) ++depth;
      if (script_.keyword(close, "end") && --depth == 0) break;
    }
    level({begin + 1, close});
    return close;
  }

  void in_list(Span list) {
    const std::vector<Span> parts = script_.parts(list);
    for (const Span part : parts) {
      if (part.empty()) continue;
      out_.drop_part(bent(MutantEffect::either), part,
                     fmt::format("{} is taken out of the list", shown(script_, part)));
      // A literal that is gone and one that is changed are the same to those who miss it.
      const bool literal =
          part.end - part.begin <= 2 && (script_[part.end - 1].kind == Token::Kind::string ||
                                         script_[part.end - 1].kind == Token::Kind::number);
      if (!literal) level(part);
    }
  }

  // Exchanges each AND and OR, and drops each condition that they join.
  void linked(const Conditions& conditions, std::size_t end) {
    const auto& links = conditions.links;
    const auto begin_of = [&](std::size_t n) {
      return n == 0 ? conditions.begin : links[n - 1] + 1;
    };
    const auto end_of = [&](std::size_t n) { return n == links.size() ? end : links[n]; };
    const auto is_and = [&](std::size_t link) { return script_.keyword(link, "and"); };
    for (std::size_t n = 0; n <= links.size() && !links.empty(); ++n) {
      const Span condition{begin_of(n), end_of(n)};
      const bool and_before = n > 0 && is_and(links[n - 1]);
      const bool and_behind = n < links.size() && is_and(links[n]);
      if (condition.empty()) continue;
      if (and_before) {
        drop_condition({condition.begin - 1, condition.end}, condition, MutantEffect::laxer);
      } else if (and_behind) {
        drop_condition({condition.begin, condition.end + 1}, condition, MutantEffect::laxer);
      } else if (n > 0) {  // between ORs
        drop_condition({condition.begin - 1, condition.end}, condition, MutantEffect::stricter);
      } else {
        drop_condition({condition.begin, condition.end + 1}, condition, MutantEffect::stricter);
      }
      if (n == 0) continue;
      const std::size_t link = links[n - 1];
      const std::string other = is_and(link) ? "OR" : "AND";
      out_.replace(bent(is_and(link) ? MutantEffect::laxer : MutantEffect::stricter),
                   {link, link + 1}, other,
                   fmt::format("{} becomes {} before {}", is_and(link) ? "AND" : "OR", other,
                               shown(script_, condition)));
    }
  }

  void drop_condition(Span with_link, Span condition, MutantEffect effect) {
    out_.drop_with(bent(effect), with_link, condition,
                   fmt::format("{} is dropped", shown(script_, condition)));
  }

  // One token that is neither a parenthesis nor a link. Returns the last one that it took.
  std::size_t token(std::size_t i, Span span) {
    const Token& token = script_[i];
    switch (token.kind) {
      case Token::Kind::word:
        return word(i, span);
      case Token::Kind::number:
      case Token::Kind::string:
      case Token::Kind::blob:
        literal(i, span);
        return i;
      case Token::Kind::symbol:
        if (!is_sign(i, span)) symbol(i, span);
        return i;
      case Token::Kind::quoted_name:
      case Token::Kind::variable:
        return i;
    }
    return i;
  }

  // A - or + that belongs to the number behind it.
  bool is_sign(std::size_t i, Span span) const {
    if (!script_.symbol(i, "-") && !script_.symbol(i, "+")) return false;
    return i == span.begin || !ends_operand(script_[i - 1]);
  }

  void literal(std::size_t i, Span span) {
    const bool has_sign = i > span.begin && is_sign(i - 1, span);
    const std::size_t begin = has_sign ? i - 1 : i;
    // "<= 90 becomes <= 91" says more than "90 becomes 91".
    const bool compared =
        begin > span.begin && script_[begin - 1].kind == Token::Kind::symbol &&
        std::string_view("<>=!").find(script_[begin - 1].text.front()) != std::string_view::npos;
    const std::string before = compared ? std::string(script_[begin - 1].text) + " " : "";
    mutate_literal(subject_, {begin, i + 1}, true, out_, before);
  }

  void symbol(std::size_t i, Span span) {
    const Token& token = script_[i];
    const bool has_left = i > span.begin && ends_operand(script_[i - 1]);
    if (!has_left || i + 1 >= span.end) return;
    std::string_view other;
    for (const Substitution& exchange : kSymbols) {
      if (token.text == exchange.first) other = exchange.second;
    }
    if (token.text == "*") other = "/";
    if (other.empty()) return;
    const std::string left_text = shown(script_, operand_before(i, span));
    const std::string right_text = shown(script_, operand_behind(i, span));
    out_.replace(bent(effect_of(token.text)), {i, i + 1}, std::string(other),
                 fmt::format("{} {} {} becomes {} {} {}", left_text, token.text, right_text,
                             left_text, other, right_text));
  }

  // The operand that ends before `i`: a name, a literal, or a call with its arguments.
  Span operand_before(std::size_t i, Span span) const {
    std::size_t begin = i - 1;
    if (script_.symbol(begin, ")")) {
      std::size_t depth = 0;
      for (; begin > span.begin; --begin) {
        if (script_.symbol(begin, ")")) ++depth;
        if (script_.symbol(begin, "(") && --depth == 0) break;
      }
      const bool call = begin > span.begin && script_[begin - 1].kind == Token::Kind::word &&
                        ends_operand(script_[begin - 1]);
      if (call) --begin;
    }
    while (begin >= span.begin + 2 && script_.symbol(begin - 1, ".")) begin -= 2;
    return {begin, i};
  }

  Span operand_behind(std::size_t i, Span span) const {
    std::size_t last = i + 1;
    if (is_sign(last, {last, span.end})) ++last;
    while (last + 2 < span.end && script_.symbol(last + 1, ".")) last += 2;
    if (script_.symbol(last, "(")) last = script_.closing(last, span.end);
    if (last + 1 < span.end && script_.symbol(last + 1, "(")) {
      last = script_.closing(last + 1, span.end);
    }
    return {i + 1, std::min(last + 1, span.end)};
  }

  // A condition that is bent one way lets in more or less; what is no condition stays what it is.
  Subject bent(MutantEffect effect) const {
    const bool condition = subject_.effect == MutantEffect::either;
    return condition ? subject_.with(effect) : subject_;
  }

  static MutantEffect effect_of(std::string_view symbol) {
    if (symbol == "<" || symbol == ">") return MutantEffect::laxer;
    if (symbol == "<=" || symbol == ">=") return MutantEffect::stricter;
    return MutantEffect::either;
  }

  std::size_t word(std::size_t i, Span span) {
    if (script_.keyword(i, "is")) return is(i, span);
    if (script_.keyword(i, "isnull") || script_.keyword(i, "notnull")) {
      out_.replace(subject_, {i, i + 1}, script_.keyword(i, "isnull") ? "NOTNULL" : "ISNULL");
    } else if (script_.keywords(i, "not", "null")) {
      out_.replace(subject_, {i, i + 2}, "IS NULL");
      return i + 1;
    } else if (script_.keyword(i, "not")) {
      const Span rest{i, std::min(i + 3, span.end)};
      out_.drop(subject_, {i, i + 1}, fmt::format("NOT of {} is dropped", shown(script_, rest)));
    } else if (script_.keyword(i, "collate") && i + 1 < span.end) {
      out_.drop(subject_, {i, i + 2}, fmt::format("COLLATE {} is dropped", script_[i + 1].text));
      return i + 1;
    } else if (script_.keyword(i, "true") || script_.keyword(i, "false")) {
      out_.replace(subject_, {i, i + 1}, script_.keyword(i, "true") ? "FALSE" : "TRUE");
    }
    return i;
  }

  // IS [NOT] anything.
  std::size_t is(std::size_t i, Span span) {
    const bool negated = script_.keyword(i + 1, "not");
    const std::size_t last = std::min(i + (negated ? 3 : 2), span.end);
    const std::size_t first = i > span.begin ? i - 1 : i;
    const std::string left = first < i ? shown(script_, operand_before(i, span)) : std::string();
    const std::string right = script_.text({negated ? i + 2 : i + 1, last});
    const std::string_view from = negated ? "IS NOT" : "IS";
    const std::string_view to = negated ? "IS" : "IS NOT";
    out_.replace(subject_, {i, negated ? i + 2 : i + 1}, std::string(to),
                 fmt::format("{0} {1} {3} becomes {0} {2} {3}", left, from, to, right));
    return negated ? i + 1 : i;
  }

  const Subject& subject_;
  MutantList& out_;
  const Script& script_;
};

}  // namespace

void mutate_expression(const Subject& subject, Span expression, MutantList& out) {
  ExpressionWalk(subject, out).level(expression);
}

bool mutate_literal(const Subject& subject, Span literal, bool both_ways, MutantList& out,
                    const std::string& before) {
  if (literal.empty() || literal.end - literal.begin > 2) return false;
  const Script& script = out.script();
  const Token& value = script[literal.end - 1];
  const bool has_sign = literal.end - literal.begin == 2;
  const std::string old = before + shown(script, literal);
  const auto becomes = [&](const std::string& text) {
    out.replace(subject, literal, text, fmt::format("{} becomes {}{}", old, before, text));
  };
  if (value.kind == Token::Kind::number) {
    const bool negative = has_sign && script.symbol(literal.begin, "-");
    if (const auto more = moved(value.text, negative, 1)) becomes(*more);
    if (!both_ways) return true;
    if (const auto less = moved(value.text, negative, -1)) becomes(*less);
    return true;
  }
  const bool is_text = value.kind == Token::Kind::string;
  if (has_sign || (!is_text && value.kind != Token::Kind::blob)) return false;
  std::string longer(value.text.substr(0, value.text.size() - 1));
  longer += is_text ? "x'" : "00'";
  out.replace(
      subject, literal, longer,
      fmt::format("{} becomes {}{}", old, before, longer.size() <= 50 ? longer : "a longer one"));
  return true;
}

}  // namespace baseline::sqlite
