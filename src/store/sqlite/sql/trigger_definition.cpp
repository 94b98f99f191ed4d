#include "store/sqlite/sql/trigger_definition.hpp"

#include <algorithm>

#include "store/sqlite/sql/samples.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

std::optional<TriggerModel::Event> event_of(const Token& token) {
  if (is_keyword(token, "insert")) return TriggerModel::Event::insert;
  if (is_keyword(token, "update")) return TriggerModel::Event::update;
  if (is_keyword(token, "delete")) return TriggerModel::Event::remove;
  return std::nullopt;
}

// RAISE (ABORT, 'message'); RAISE (IGNORE) raises nothing.
void read_raise(Tokens tokens, std::size_t i, TriggerModel& out) {
  if (!is_keyword(tokens[i], "raise") || i + 4 >= tokens.size()) return;
  if (!is_symbol(tokens[i + 1], "(") || is_keyword(tokens[i + 2], "ignore")) return;
  const Token& text = tokens[i + 4];
  const bool literal =
      (text.kind == Token::Kind::string || text.kind == Token::Kind::quoted_name) &&
      i + 5 < tokens.size() && is_symbol(tokens[i + 5], ")");
  if (!literal) {
    out.has_other_messages = true;
    return;
  }
  const std::string message = unquoted(text);
  if (std::ranges::find(out.messages, message) == out.messages.end()) {
    out.messages.push_back(message);
  }
}

}  // namespace

std::optional<TriggerModel> parse_create_trigger(std::string_view sql, const std::string& name,
                                                 const std::vector<std::string>& columns) {
  const std::vector<Token> all = tokenize(sql);
  const Tokens tokens(all);
  TriggerModel out;
  out.name = name;
  std::size_t i = 0;
  std::optional<TriggerModel::Event> event;
  for (; i < tokens.size() && !event; ++i) event = event_of(tokens[i]);
  if (!event) return std::nullopt;
  out.event = *event;
  // UPDATE OF a, b ON t
  const std::size_t begin = i;
  while (i < tokens.size() && !is_keyword(tokens[i], "on")) ++i;
  out.columns = columns_in(tokens.subspan(begin, i - begin), columns);
  const Tokens body = tokens.subspan(std::min(i + 2, tokens.size()));
  out.mentions = columns_in(body, columns);
  for (std::size_t k = 0; k < body.size(); ++k) read_raise(body, k, out);
  out.samples = samples_of(body, columns);
  return out;
}

}  // namespace baseline::sqlite
