#include "store/sqlite/mutate/mutant_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

constexpr std::size_t kShownSql = 50;

// What stands beside a change must not grow together with it: 1AND, --1, NOTNULL.
bool is_gap(std::string_view sql, std::size_t at) {
  return at >= sql.size() ||
         std::string_view(" \t\r\n(),;").find(sql[at]) != std::string_view::npos;
}

}  // namespace

std::string shown(const Script& script, Span span) {
  std::string text = script.text(span);
  if (text.size() <= kShownSql) return text;
  return text.substr(0, utf8_prefix(std::string_view(text).substr(0, kShownSql - 1))) + "…";
}

void MutantList::add(const Subject& subject, std::size_t place, std::size_t begin, std::size_t end,
                     const std::string& by, std::string change) {
  const std::string_view sql = script_.sql();
  std::string padded = by;
  if (begin > 0 && !is_gap(sql, begin - 1)) padded.insert(0, " ");
  if (!is_gap(sql, end)) padded += ' ';
  mutants_.push_back({subject.kind, subject.effect, subject.element, std::move(change), place,
                      begin, end - begin, std::move(padded)});
}

void MutantList::drop(const Subject& subject, Span what, std::string change) {
  replace(subject, what, {}, std::move(change));
}

void MutantList::drop_with(const Subject& subject, Span around, Span what, std::string change) {
  add(subject, script_[what.begin].offset, script_[around.begin].offset,
      script_[around.end - 1].end(), {}, std::move(change));
}

void MutantList::drop_part(const Subject& subject, Span what, std::string change) {
  const bool comma_before = what.begin > 0 && script_.symbol(what.begin - 1, ",");
  const auto ends_list = [&](std::size_t at) {
    return at >= script_.size() || script_.symbol(at, ")") || script_.symbol(at, ";");
  };
  Span all = what;
  // SQLite lets table constraints follow each other without a comma; then it belongs to the other.
  if (script_.symbol(what.end, ",")) {
    ++all.end;
  } else if (comma_before && ends_list(what.end)) {
    --all.begin;
  }
  drop_with(subject, all, what, std::move(change));
}

void MutantList::replace(const Subject& subject, Span what, const std::string& by,
                         std::string change) {
  if (what.empty()) return;
  const std::size_t begin = script_[what.begin].offset;
  add(subject, begin, begin, script_[what.end - 1].end(), by, std::move(change));
}

void MutantList::replace(const Subject& subject, Span what, const std::string& by) {
  replace(subject, what, by, fmt::format("{} becomes {}", shown(script_, what), by));
}

void MutantList::insert(const Subject& subject, std::size_t behind, const std::string& text,
                        std::string change) {
  const Token& token = script_[behind];
  add(subject, token.offset, token.end(), token.end(), text, std::move(change));
}

void MutantList::swap(const Subject& subject, Span first, Span second, std::string change) {
  const auto text = [&](std::size_t begin, std::size_t end) {
    return script_.sql().substr(begin, end - begin);
  };
  const std::size_t begin = script_[first.begin].offset;
  const std::size_t behind_first = script_[first.end - 1].end();
  const std::size_t before_second = script_[second.begin].offset;
  const std::size_t end = script_[second.end - 1].end();
  add(subject, begin, begin, end,
      fmt::format("{}{}{}", text(before_second, end), text(behind_first, before_second),
                  text(begin, behind_first)),
      std::move(change));
}

void MutantList::rename(const Subject& subject, std::size_t name_at, Span statement) {
  const std::string name = unquoted(script_[name_at]);
  const std::string other = readable_name(name + "_x");
  const std::size_t begin = script_[statement.begin].offset;
  std::string text;
  std::size_t at = begin;
  for (std::size_t i = statement.begin; i < statement.end; ++i) {
    const Token& token = script_[i];
    const bool is_name = token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name;
    if (!is_name || to_lower(unquoted(token)) != to_lower(name)) continue;
    text += script_.sql().substr(at, token.offset - at);
    text += other;
    at = token.end();
  }
  const std::size_t end = script_[statement.end - 1].end();
  text += script_.sql().substr(at, end - at);
  add(subject, script_[name_at].offset, begin, end, text, "renamed " + other);
}

std::vector<Mutant> MutantList::take() {
  std::ranges::stable_sort(mutants_, {}, &Mutant::place);
  return std::move(mutants_);
}

}  // namespace baseline::sqlite
