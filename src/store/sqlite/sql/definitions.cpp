#include "store/sqlite/sql/definitions.hpp"

#include <algorithm>
#include <ranges>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

bool can_be_name(const Token& token) {
  return token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name ||
         token.kind == Token::Kind::string;
}

// The number of the name at `i`, behind the name of its database, if that is there.
std::size_t behind_database(const Script& script, std::size_t i) {
  return script.symbol(i + 1, ".") ? i + 2 : i;
}

// The number of the token that is the name of what a statement makes or renames, if it does.
std::optional<std::size_t> defined_name(const Script& script, Span statement,
                                        std::string_view type) {
  std::size_t i = statement.begin;
  if (script.keyword(i, "create")) {
    ++i;
    for (const std::string_view word : {"temp", "temporary", "unique", "virtual"}) {
      if (script.keyword(i, word)) ++i;
    }
    if (!script.keyword(i, type)) return {};
    ++i;
    if (script.keyword(i, "if")) i += 3;
    return behind_database(script, i);
  }
  // ALTER TABLE old RENAME TO new
  if (type != "table" || !script.keywords(i, "alter", "table")) return {};
  i = behind_database(script, i + 2) + 1;
  if (!script.keywords(i, "rename", "to")) return {};
  return i + 2;
}

}  // namespace

std::optional<Span> find_definition(const Script& script, std::string_view type,
                                    std::string_view name) {
  const std::vector<Span> statements = script.statements();
  for (const Span& statement : std::views::reverse(statements)) {
    const auto found = defined_name(script, statement, type);
    if (found && *found < statement.end && same_name(unquoted(script[*found]), name)) {
      return statement;
    }
  }
  return {};
}

std::size_t place_in(const Script& script, Span definition, std::string_view word) {
  std::size_t i = definition.begin;
  if (!word.empty()) {
    // Behind "CREATE TYPE name" at least.
    for (i += 3; i < definition.end; ++i) {
      if (can_be_name(script[i]) && same_name(unquoted(script[i]), word)) return script[i].offset;
    }
  }
  return script[definition.begin].offset;
}

}  // namespace baseline::sqlite
