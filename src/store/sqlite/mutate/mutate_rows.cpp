#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "store/sqlite/mutate/mutate_expression.hpp"
#include "store/sqlite/mutate/mutate_statement.hpp"

namespace baseline::sqlite {
namespace {

// Of a table with more rows only these are bent one by one: a thousand would make many thousands of
// mutants that are all alike.
constexpr std::size_t kRows = 20;

// `bent`: how many rows of this table the statements before have given.
void mutate_insert(Span statement, const std::string& table, std::size_t& bent, MutantList& out) {
  if (bent >= kRows) return;
  const Script& script = out.script();
  const Subject subject{MutantKind::rows, MutantEffect::content, "rows of " + table};
  out.drop(subject, statement, "not inserted");
  std::size_t at = statement.begin;
  while (at < statement.end && !script.keyword(at, "values")) {
    at = script.symbol(at, "(") ? script.closing(at, statement.end) + 1 : at + 1;
  }
  std::vector<Span> rows;
  for (++at; at < statement.end && script.symbol(at, "(");) {
    const std::size_t close = script.closing(at, statement.end);
    rows.push_back({at, std::min(close + 1, statement.end)});
    at = script.symbol(close + 1, ",") ? close + 2 : statement.end;
  }
  const bool several = rows.size() > 1;
  rows.resize(std::min(rows.size(), kRows - bent));
  bent += rows.size();
  for (const Span row : rows) {
    if (several) out.drop_part(subject, row, fmt::format("{} is not inserted", shown(script, row)));
    for (const Span value : script.parts({row.begin + 1, row.end - 1})) {
      mutate_literal(subject, value, false, out);
    }
  }
}

}  // namespace

void mutate_rows(Span statement, RowCounts& bent, MutantList& out) {
  const Script& script = out.script();
  std::size_t at = statement.begin;
  if (script.keyword(at, "pragma") && statement.end - at > 1) {
    const Subject subject{MutantKind::setting, MutantEffect::content,
                          fmt::format("PRAGMA {}", script[at + 1].text)};
    out.drop(subject, statement, "not set");
    for (std::size_t i = at + 2; i < statement.end; ++i) {
      mutate_literal(subject, {i, i + 1}, false, out);
    }
    return;
  }
  const bool insert = script.keyword(at, "insert") || script.keyword(at, "replace");
  if (insert) {
    while (at < statement.end && !script.keyword(at, "into")) ++at;
    if (script.symbol(at + 2, ".")) at += 2;
    if (at + 1 < statement.end) {
      const std::string table = readable_name(unquoted(script[at + 1]));
      mutate_insert(statement, table, bent[to_lower(table)], out);
      return;
    }
  }
  // CREATE VIRTUAL TABLE, CREATE TABLE AS, UPDATE, …: all or nothing.
  const MutantKind kind =
      script.keyword(statement.begin, "create") ? MutantKind::table : MutantKind::rows;
  out.drop({kind, MutantEffect::content, shown(script, statement)}, statement, "not run");
}

}  // namespace baseline::sqlite
