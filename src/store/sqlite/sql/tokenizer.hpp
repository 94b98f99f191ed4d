#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baseline::sqlite {

/// One token of SQL. White space and comments are none.
struct Token {
  enum class Kind { word, quoted_name, string, number, blob, variable, symbol };
  Kind kind = Kind::symbol;
  std::string_view text;   ///< as written, a part of the SQL
  std::size_t offset = 0;  ///< of it, in bytes

  std::size_t end() const { return offset + text.size(); }
};

using Tokens = std::span<const Token>;

/// Splits SQL as SQLite's own tokenizer does; never fails, whatever the bytes are. The tokens point
/// into `sql`. What is not closed reaches to the end.
std::vector<Token> tokenize(std::string_view sql);

/// The first token of `sql` at or after `from`, if there is one.
std::optional<Token> next_token(std::string_view sql, std::size_t from);

/// An unquoted word that spells `keyword` (given in lower case).
bool is_keyword(const Token& token, std::string_view keyword);

/// A symbol that is exactly `symbol`.
bool is_symbol(const Token& token, std::string_view symbol);

/// The name that a word or any quoted token stands for, its quotes taken off.
std::string unquoted(const Token& token);

/// The name in quotes if SQL needs them, else as it is.
std::string readable_name(std::string_view name);

/// Tokens in a form that is equal when they mean the same: keyword case, quoting of names, white
/// space and `==`, `<>` do not matter. Names are compared without case, as SQLite does.
std::string normalised(Tokens tokens);

/// The tokens as they were written, each run of white space and comments one space.
std::string readable(Tokens tokens);

}  // namespace baseline::sqlite
