#include "store/sqlite/sql/samples.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

// Longer texts would make a suite that nobody can read.
constexpr std::int64_t kLongestText = 2'000;

bool is_function(Tokens tokens, std::size_t i, std::string_view name) {
  return is_keyword(tokens[i], name) && i + 1 < tokens.size() && is_symbol(tokens[i + 1], "(");
}

bool is_column(Tokens tokens, std::size_t i, const std::string& column) {
  const Token& token = tokens[i];
  const bool name = token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name;
  const bool call =
      i + 1 < tokens.size() && is_symbol(tokens[i + 1], "(") && token.kind == Token::Kind::word;
  return name && !call && to_lower(unquoted(token)) == to_lower(column);
}

// Where one comparison ends and the next one begins, as a rule.
bool is_separator(const Token& token) {
  constexpr std::string_view kWords[] = {"and",  "or",   "when",   "then", "else",  "case",
                                         "end",  "from", "where",  "set",  "begin", "values",
                                         "into", "join", "select", "not"};
  return is_symbol(token, ";") || std::ranges::any_of(kWords, [&](std::string_view word) {
           return is_keyword(token, word);
         });
}

template <typename Number>
std::optional<Number> parsed_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Blob blob_of(std::string_view token) {
  Blob out;
  for (std::size_t i = 2; i + 2 < token.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(token.data() + i, token.data() + i + 2, byte, 16);
    out.push_back(std::byte(byte));
  }
  return out;
}

// Whether the '-' at `i` belongs to the number behind it and is no subtraction.
bool is_sign(Tokens tokens, std::size_t i) {
  if (!is_symbol(tokens[i], "-") || i + 1 == tokens.size()) return false;
  if (tokens[i + 1].kind != Token::Kind::number) return false;
  if (i == 0) return true;
  const Token& before = tokens[i - 1];
  if (before.kind == Token::Kind::symbol) return before.text != ")";
  return is_separator(before) || is_keyword(before, "between") || is_keyword(before, "is");
}

std::string with_case_changed(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
      return text;
    }
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
      return text;
    }
  }
  return text;
}

/// A set of a GLOB pattern: [a-z], [^0-9].
struct CharacterSet {
  char inside = 'x';
  char outside = '!';
  bool negated = false;
  std::size_t end = 0;  // behind the ]

  char member() const { return negated ? outside : inside; }
};

CharacterSet set_at(std::string_view pattern, std::size_t begin) {
  CharacterSet out;
  std::size_t i = begin + 1;
  out.negated = i < pattern.size() && pattern[i] == '^';
  if (out.negated) ++i;
  std::set<char> named;
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      const auto last = static_cast<unsigned char>(pattern[i + 2]);
      for (unsigned c = static_cast<unsigned char>(pattern[i]); c <= last; ++c) {
        named.insert(static_cast<char>(c));
      }
      i += 2;
    } else {
      named.insert(pattern[i]);
    }
  }
  out.end = std::min(i + 1, pattern.size());
  if (first < pattern.size()) out.inside = pattern[first];
  constexpr std::string_view kTries = "!x0A -_";
  for (const char c : kTries) {
    if (named.contains(c)) continue;
    out.outside = c;
    break;
  }
  return out;
}

/// The samples of one column, as they are found.
class Collector {
 public:
  void add(Value value) {
    const bool known = std::ranges::any_of(values_, [&](const Value& v) { return v == value; });
    if (!known) values_.push_back(std::move(value));
  }
  void add_later(Value value) { later_.push_back(std::move(value)); }
  void add_length(std::int64_t length) { lengths_.insert(length); }
  void add_filler(char filler) { fillers_.insert(filler); }

  void add_pattern(std::string pattern, bool glob) {
    patterns_.push_back({std::move(pattern), glob});
  }

  /// The literals themselves.
  const std::vector<Value>& named() const { return values_; }

  std::vector<Value> take() {
    for (const std::int64_t length : lengths_) {
      for (const std::int64_t near : {length, length + 1, length - 1}) {
        if (near < 0 || near > kLongestText) continue;
        const auto size = static_cast<std::size_t>(near);
        for (const Pattern& pattern : patterns_) {
          const std::string text = text_matching(pattern.text, pattern.glob, size);
          if (text.size() == size) add(text);
        }
        for (const char filler : fillers_) add(std::string(size, filler));
      }
    }
    for (Value& value : later_) add(std::move(value));
    return std::move(values_);
  }

 private:
  struct Pattern {
    std::string text;
    bool glob;
  };
  std::vector<Pattern> patterns_;
  std::vector<Value> values_;
  std::vector<Value> later_;
  std::set<std::int64_t> lengths_;
  std::set<char> fillers_{'x'};
};

/// What a comparison is about beside its literals.
struct Context {
  bool length = false;
  bool dates = false;
  bool json = false;
  bool types = false;
  bool upper = false;
};

Context context_of(Tokens tokens) {
  Context out;
  constexpr std::string_view kDates[] = {"date",     "datetime",  "time",
                                         "strftime", "julianday", "unixepoch"};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_function(tokens, i, "length")) out.length = true;
    if (is_function(tokens, i, "typeof")) out.types = true;
    if (is_function(tokens, i, "upper")) out.upper = true;
    for (const std::string_view name : kDates) out.dates |= is_function(tokens, i, name);
    out.json |= tokens[i].kind == Token::Kind::word && to_lower(tokens[i].text).starts_with("json");
  }
  return out;
}

void add_integer(std::int64_t number, const Context& context, Collector& out) {
  if (context.length) {
    out.add_length(number);
    return;
  }
  out.add(number);
  constexpr auto kLimits = std::numeric_limits<std::int64_t>();
  if (number < kLimits.max()) out.add_later(number + 1);
  if (number > kLimits.min()) out.add_later(number - 1);
  if (number > kLimits.min()) out.add_later(-number);
  constexpr std::int64_t kExact = std::int64_t{1} << 50;
  if (number > -kExact && number < kExact) {
    out.add_later(static_cast<double>(number) + 0.5);
    out.add_later(static_cast<double>(number) - 0.5);
  }
}

void add_real(double number, Collector& out) {
  out.add(number);
  for (const double near : {number + 1, number - 1, -number, number * 2, number / 2}) {
    out.add_later(near);
  }
}

void add_pattern(const std::string& pattern, bool glob, Collector& out) {
  const std::string match = text_matching(pattern, glob, 0);
  out.add(match);
  out.add_pattern(pattern, glob);
  out.add_later(match + "!");
  if (!match.empty()) out.add_later(match.substr(1));
  for (std::size_t i = 0; glob && i < pattern.size(); ++i) {
    if (pattern[i] != '[') continue;
    const CharacterSet set = set_at(pattern, i);
    out.add_filler(set.inside);
    out.add_later(std::string(1, set.inside));
    out.add_later(std::string(1, set.outside));
    i = set.end - 1;
  }
}

void add_text(const std::string& text, Collector& out) {
  out.add(text);
  out.add_later(with_case_changed(text));
  out.add_later(text + "x");
}

void add_context(const Context& context, Collector& out) {
  if (context.dates) {
    for (const char* text : {"2026-01-31", "2026-01-31 12:00:00", "12:00:00", "2026-02-31",
                             "2026-1-31", "yesterday"}) {
      out.add_later(std::string(text));
    }
  }
  if (context.json) {
    for (const char* text : {"{}", "[]", "1", "{\"a\": 1}", "[1]", "not JSON"}) {
      out.add_later(std::string(text));
    }
  }
  if (context.upper) {
    out.add_filler('X');
    out.add_later(std::string("A"));
  }
  if (context.types) {
    out.add_later(std::int64_t{1});
    out.add_later(1.5);
    out.add_later(std::string("a"));
    out.add_later(Blob{std::byte{0}});
  }
}

void add_literals(Tokens tokens, Collector& out) {
  const Context context = context_of(tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::number) {
      const std::string text =
          (i > 0 && is_sign(tokens, i - 1) ? "-" : "") + std::string(token.text);
      if (const auto integer = parsed_number<std::int64_t>(text)) {
        add_integer(*integer, context, out);
      } else if (const auto real = parsed_number<double>(text)) {
        add_real(*real, out);
      }
    } else if (token.kind == Token::Kind::string) {
      const bool glob = i > 0 && is_keyword(tokens[i - 1], "glob");
      if (glob || (i > 0 && is_keyword(tokens[i - 1], "like"))) {
        add_pattern(unquoted(token), glob, out);
      } else {
        add_text(unquoted(token), out);
      }
    } else if (token.kind == Token::Kind::blob) {
      out.add(blob_of(token.text));
    } else if (is_keyword(token, "true")) {
      add_integer(1, context, out);
    } else if (is_keyword(token, "false")) {
      add_integer(0, context, out);
    }
  }
  add_context(context, out);
}

// The comparisons of an expression, each as far as the next AND, OR, THEN …; one that names no
// column belongs to the one before: x BETWEEN 1 AND 5, x NOT IN (…).
std::vector<Tokens> comparisons(Tokens tokens, const std::vector<std::string>& columns) {
  std::vector<Tokens> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && !is_separator(tokens[i])) continue;
    const Tokens part = tokens.subspan(begin, i - begin);
    if (!out.empty() && columns_in(part, columns).empty()) {
      const Tokens before = out.back();
      out.back() = Tokens(before.data(), part.data() + part.size());
    } else {
      out.push_back(part);
    }
    begin = i + 1;
  }
  return out;
}

}  // namespace

std::vector<std::string> columns_in(Tokens tokens, const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  for (const std::string& column : columns) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!is_column(tokens, i, column)) continue;
      out.push_back(column);
      break;
    }
  }
  return out;
}

std::string text_matching(std::string_view pattern, bool glob, std::size_t size) {
  std::string out;
  std::size_t wildcard = std::string::npos;  // of any length
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == (glob ? '*' : '%')) {
      wildcard = out.size();
      out += 'x';
    } else if (c == (glob ? '?' : '_')) {
      out += 'x';
    } else if (glob && c == '[') {
      const CharacterSet set = set_at(pattern, i);
      out += set.member();
      i = set.end - 1;
    } else {
      out += c;
    }
  }
  if (wildcard != std::string::npos && out.size() < size) {
    out.insert(wildcard, size - out.size(), 'x');
  }
  return out;
}

std::vector<ColumnSamples> samples_of(Tokens tokens, const std::vector<std::string>& columns) {
  std::map<std::string, Collector> found;
  for (const Tokens part : comparisons(tokens, columns)) {
    for (const std::string& column : columns_in(part, columns)) add_literals(part, found[column]);
  }
  std::vector<ColumnSamples> out;
  for (const std::string& column : columns) {
    const auto collector = found.find(column);
    if (collector == found.end()) continue;
    ColumnSamples& samples = out.emplace_back();
    samples.column = column;
    samples.named = collector->second.named();
    samples.values = collector->second.take();
  }
  return out;
}

}  // namespace baseline::sqlite
