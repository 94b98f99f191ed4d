#include "store/sqlite/sql/script.hpp"

#include <algorithm>

namespace baseline::sqlite {

Tokens Script::tokens(Span span) const {
  return span.empty() ? Tokens() : Tokens(tokens_).subspan(span.begin, span.end - span.begin);
}

bool Script::symbol(std::size_t number, std::string_view text) const {
  return number < tokens_.size() && is_symbol(tokens_[number], text);
}

bool Script::keyword(std::size_t number, std::string_view word) const {
  return number < tokens_.size() && is_keyword(tokens_[number], word);
}

bool Script::keywords(std::size_t number, std::string_view first, std::string_view second) const {
  return keyword(number, first) && keyword(number + 1, second);
}

std::size_t Script::closing(std::size_t open, std::size_t end) const {
  std::size_t depth = 0;
  for (std::size_t i = open; i < std::min(end, tokens_.size()); ++i) {
    if (symbol(i, "(")) ++depth;
    if (symbol(i, ")") && --depth == 0) return i;
  }
  return end;
}

std::vector<Span> Script::parts(Span list) const {
  std::vector<Span> out;
  Span part{list.begin, list.begin};
  for (std::size_t i = list.begin; i < list.end; ++i) {
    if (symbol(i, "(")) i = closing(i, list.end);
    if (!symbol(i, ",")) continue;
    out.push_back({part.begin, i});
    part.begin = i + 1;
  }
  if (part.begin < list.end) out.push_back({part.begin, list.end});
  return out;
}

std::vector<Span> Script::statements() const {
  std::vector<Span> out;
  Span statement;
  const auto is_trigger = [&] {
    // CREATE [TEMP] TRIGGER: statements with semicolons of their own until ; END ;
    return keyword(statement.begin, "create") &&
           (keyword(statement.begin + 1, "trigger") || keyword(statement.begin + 2, "trigger"));
  };
  for (std::size_t i = 0; i <= tokens_.size(); ++i) {
    const bool at_end = i == tokens_.size();
    if (!at_end && !symbol(i, ";")) continue;
    const bool whole = !is_trigger() || (i >= 2 && keyword(i - 1, "end") && symbol(i - 2, ";"));
    if (!at_end && !whole) continue;
    statement.end = i;
    if (!statement.empty()) out.push_back(statement);
    statement.begin = i + 1;
  }
  return out;
}

}  // namespace baseline::sqlite
