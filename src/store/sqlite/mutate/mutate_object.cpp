#include <fmt/format.h>

#include "store/sqlite/mutate/mutate_expression.hpp"
#include "store/sqlite/mutate/mutate_statement.hpp"

namespace baseline::sqlite {
namespace {

using Effect = MutantEffect;

// The token of the name in `CREATE … [IF NOT EXISTS] [schema.]name`, after the word for the kind.
std::size_t name_at(const Script& script, std::size_t after) {
  if (script.keywords(after, "if", "not")) after += 3;
  if (script.symbol(after + 1, ".")) after += 2;
  return after;
}

std::size_t find_keyword(const Script& script, Span span, std::string_view word) {
  std::size_t i = span.begin;
  while (i < span.end && !script.keyword(i, word)) ++i;
  return i;
}

// An index only changes the cost, unless it is unique.
void mutate_index(std::size_t word, Span statement, bool unique, MutantList& out) {
  const Script& script = out.script();
  const std::size_t name = name_at(script, word + 1);
  if (name >= statement.end) return;
  const Subject cost{MutantKind::index, Effect::cost,
                     "index " + readable_name(unquoted(script[name]))};
  const auto as = [&](Effect effect) { return unique ? cost.with(effect) : cost; };
  out.drop(as(Effect::laxer), statement);
  if (unique) out.drop(cost.with(Effect::laxer), {word - 1, word}, "no longer unique");

  std::size_t open = name;
  while (open < statement.end && !script.symbol(open, "(")) ++open;
  const std::size_t close = script.closing(open, statement.end);
  const std::vector<Span> parts = script.parts({open + 1, close});
  out.rename(cost, name, {name, name + 1});
  if (!unique) {
    out.replace(cost.with(Effect::stricter), {word, word + 1}, "UNIQUE INDEX", "becomes UNIQUE");
  }
  mutate_order(cost, parts, out);
  for (const Span part : parts) {
    if (part.empty()) continue;
    const std::string text = shown(script, part);
    if (parts.size() > 1) {
      out.drop_part(as(Effect::stricter), part, fmt::format("without {}", text));
    }
    if (script.keyword(part.end - 1, "desc")) {
      out.drop(cost, {part.end - 1, part.end}, fmt::format("DESC of {} is dropped", text));
    } else if (script.keyword(part.end - 1, "asc")) {
      out.replace(cost, {part.end - 1, part.end}, "DESC");
    } else {
      out.insert(cost, part.end - 1, "DESC", fmt::format("{} becomes {} DESC", text, text));
    }
    // Only what decides about rows is worth a closer look.
    if (unique) mutate_expression(cost.with(Effect::either), part, out);
  }
  const std::size_t where = find_keyword(script, {close, statement.end}, "where");
  if (where >= statement.end) return;
  out.drop(as(Effect::stricter), {where, statement.end}, "WHERE is dropped");
  if (unique) mutate_expression(cost.with(Effect::either), {where + 1, statement.end}, out);
}

}  // namespace

void mutate_order(const Subject& subject, const std::vector<Span>& parts, MutantList& out) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].empty() || parts[i + 1].empty()) continue;
    out.swap(subject, parts[i], parts[i + 1],
             fmt::format("{} comes behind {}", shown(out.script(), parts[i]),
                         shown(out.script(), parts[i + 1])));
  }
}

bool mutate_object(Span statement, MutantList& out) {
  const Script& script = out.script();
  if (!script.keyword(statement.begin, "create")) return false;
  std::size_t word = statement.begin + 1;
  const bool unique = script.keyword(word, "unique");
  if (unique || script.keyword(word, "temp") || script.keyword(word, "temporary")) ++word;
  if (script.keyword(word, "index")) {
    mutate_index(word, statement, unique, out);
    return true;
  }
  const bool view = script.keyword(word, "view");
  if (!view && !script.keyword(word, "trigger")) return false;
  const std::size_t name = name_at(script, word + 1);
  if (name >= statement.end) return true;
  const std::string shown_name = readable_name(unquoted(script[name]));
  const Subject subject =
      view ? Subject{MutantKind::view, Effect::content, "view " + shown_name}
           : Subject{MutantKind::trigger, Effect::laxer, "trigger " + shown_name};
  out.drop(subject, statement);
  out.rename(subject.with(Effect::content), name, {name, name + 1});
  const std::size_t body = view ? find_keyword(script, {name + 1, statement.end}, "as") : name;
  mutate_expression(view ? subject : subject.with(Effect::either), {body + 1, statement.end}, out);
  return true;
}

}  // namespace baseline::sqlite
