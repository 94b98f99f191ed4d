#include "store/sqlite/sql/tokenizer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }

constexpr std::array<std::string_view, 10> kLongSymbols = {"->>", "->", "||", "<<", ">>",
                                                           "<=",  ">=", "==", "<>", "!="};

// Where a quoted token ends that starts at `begin`; the quote doubled is no end, except for [x].
std::size_t end_of_quoted(std::string_view sql, std::size_t begin, char quote) {
  for (std::size_t i = begin + 1; i < sql.size(); ++i) {
    if (sql[i] != quote) continue;
    if (quote == ']' || i + 1 == sql.size() || sql[i + 1] != quote) return i + 1;
    ++i;
  }
  return sql.size();
}

std::size_t end_of_run(std::string_view sql, std::size_t begin, bool (*belongs)(char)) {
  while (begin < sql.size() && belongs(sql[begin])) ++begin;
  return begin;
}

std::size_t end_of_number(std::string_view sql, std::size_t i) {
  // 1e-5 and 1.5E+3: the sign belongs to the number only right after the exponent's letter.
  const bool hexadecimal = sql.substr(i, 2) == "0x" || sql.substr(i, 2) == "0X";
  for (; i < sql.size(); ++i) {
    const bool sign = (sql[i] == '+' || sql[i] == '-') && !hexadecimal &&
                      (sql[i - 1] == 'e' || sql[i - 1] == 'E') && i + 1 < sql.size() &&
                      is_digit(sql[i + 1]);
    if (!continues_word(sql[i]) && sql[i] != '.' && !sign) break;
  }
  return i;
}

// The end of the white space or comment at `i`, or `i` when there is none.
std::size_t end_of_gap(std::string_view sql, std::size_t i) {
  const std::string_view rest = sql.substr(i);
  if (is_space(sql[i])) return end_of_run(sql, i, is_space);
  if (rest.starts_with("\xEF\xBB\xBF")) return i + 3;  // SQLite skips a byte order mark
  if (rest.starts_with("--")) return std::min(sql.find('\n', i), sql.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = sql.find("*/", i + 2);
    return end == std::string_view::npos ? sql.size() : end + 2;
  }
  return i;
}

Token token_at(std::string_view sql, std::size_t i) {
  const char c = sql[i];
  const char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
  const auto token = [&](Token::Kind kind, std::size_t end) {
    return Token{kind, sql.substr(i, end - i), i};
  };
  if (c == '\'') return token(Token::Kind::string, end_of_quoted(sql, i, '\''));
  if (c == '"' || c == '`') return token(Token::Kind::quoted_name, end_of_quoted(sql, i, c));
  if (c == '[') return token(Token::Kind::quoted_name, end_of_quoted(sql, i, ']'));
  if ((c == 'x' || c == 'X') && next == '\'') {
    return token(Token::Kind::blob, end_of_quoted(sql, i + 1, '\''));
  }
  if (starts_word(c)) return token(Token::Kind::word, end_of_run(sql, i, continues_word));
  if (is_digit(c) || (c == '.' && is_digit(next))) {
    return token(Token::Kind::number, end_of_number(sql, i));
  }
  if (c == '?' || ((c == ':' || c == '@' || c == '$' || c == '#') && continues_word(next))) {
    return token(Token::Kind::variable, end_of_run(sql, i + 1, continues_word));
  }
  for (const std::string_view symbol : kLongSymbols) {
    if (sql.substr(i).starts_with(symbol)) return token(Token::Kind::symbol, i + symbol.size());
  }
  return token(Token::Kind::symbol, i + 1);
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && starts_word(name.front()) && std::ranges::all_of(name, continues_word);
}

// `"null"` is a name and `null` is not, so quotes around these are kept. SQLite reads true and
// false as words unless they are quoted, without calling them keywords.
bool needs_quotes(std::string_view name) {
  const std::string lower = to_lower(name);
  return !is_plain_name(name) || lower == "true" || lower == "false" ||
         sqlite3_keyword_check(name.data(), static_cast<int>(name.size())) != 0;
}

std::string in_quotes(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string normalised_token(const Token& token) {
  switch (token.kind) {
    case Token::Kind::quoted_name: {
      const std::string name = to_lower(unquoted(token));
      return needs_quotes(name) ? in_quotes(name) : name;
    }
    case Token::Kind::symbol:
      if (token.text == "==") return "=";
      if (token.text == "<>") return "!=";
      return std::string(token.text);
    case Token::Kind::word:
    case Token::Kind::number:
    case Token::Kind::blob:
      return to_lower(token.text);
    case Token::Kind::string:
    case Token::Kind::variable:
      return std::string(token.text);
  }
  return {};
}

}  // namespace

std::optional<Token> next_token(std::string_view sql, std::size_t from) {
  while (from < sql.size()) {
    const std::size_t end = end_of_gap(sql, from);
    if (end == from) return token_at(sql, from);
    from = end;
  }
  return std::nullopt;
}

std::vector<Token> tokenize(std::string_view sql) {
  std::vector<Token> tokens;
  std::optional<Token> token = next_token(sql, 0);
  while (token) {
    tokens.push_back(*token);
    token = next_token(sql, token->end());
  }
  return tokens;
}

bool is_keyword(const Token& token, std::string_view keyword) {
  return token.kind == Token::Kind::word && same_name(token.text, keyword);
}

bool is_symbol(const Token& token, std::string_view symbol) {
  return token.kind == Token::Kind::symbol && token.text == symbol;
}

std::string unquoted(const Token& token) {
  const bool quoted = token.kind == Token::Kind::quoted_name || token.kind == Token::Kind::string;
  if (!quoted) return std::string(token.text);
  const char quote = token.text.front() == '[' ? ']' : token.text.front();
  std::string_view inner = token.text.substr(1);
  if (inner.ends_with(quote)) inner.remove_suffix(1);
  std::string out;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    out += inner[i];
    if (quote != ']' && inner[i] == quote) ++i;
  }
  return out;
}

std::string readable_name(std::string_view name) {
  return needs_quotes(name) ? in_quotes(name) : std::string(name);
}

std::string normalised(Tokens tokens) {
  std::string out;
  for (const Token& token : tokens) {
    if (!out.empty()) out += ' ';
    out += normalised_token(token);
  }
  return out;
}

std::string readable(Tokens tokens) {
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool gap = i > 0 && tokens[i].offset > tokens[i - 1].end();
    if (gap && !is_symbol(tokens[i - 1], "(") && !is_symbol(tokens[i], ")")) out += ' ';
    out += tokens[i].text;
  }
  return out;
}

}  // namespace baseline::sqlite
