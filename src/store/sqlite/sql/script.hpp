#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {

/// Tokens by their numbers, `end` not among them.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool empty() const { return begin >= end; }
};

/// An SQL text as tokens, cut into statements. What points into it needs the text to stay alive.
class Script {
 public:
  explicit Script(std::string_view sql) : sql_(sql), tokens_(tokenize(sql)) {}

  std::size_t size() const { return tokens_.size(); }
  const Token& operator[](std::size_t number) const { return tokens_[number]; }
  std::string_view sql() const { return sql_; }
  Tokens tokens(Span span) const;

  bool symbol(std::size_t number, std::string_view text) const;
  /// `word` in lower case.
  bool keyword(std::size_t number, std::string_view word) const;
  bool keywords(std::size_t number, std::string_view first, std::string_view second) const;

  /// The number of the parenthesis that closes the one at `open`, or of the first token after
  /// `end`.
  std::size_t closing(std::size_t open, std::size_t end) const;
  /// The parts between commas that are in no parentheses.
  std::vector<Span> parts(Span list) const;
  /// The tokens as written, on one line.
  std::string text(Span span) const { return readable(tokens(span)); }

  /// The statements in their order, without semicolons. That of a trigger ends at its own END.
  std::vector<Span> statements() const;

 private:
  std::string_view sql_;
  std::vector<Token> tokens_;
};

}  // namespace baseline::sqlite
