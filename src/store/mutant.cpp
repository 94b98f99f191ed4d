#include "store/mutant.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace baseline {

Migration mutated(const Migration& migration, const Mutant& mutant) {
  Migration out = migration;
  out.sql.replace(mutant.offset, mutant.length, mutant.replacement);
  return out;
}

std::size_t line_of(const Migration& migration, const Mutant& mutant) {
  const std::string_view before = std::string_view(migration.sql).substr(0, mutant.place);
  return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

std::string line_text(const Migration& migration, const Mutant& mutant) {
  const std::string_view sql = migration.sql;
  const std::size_t begin = sql.substr(0, mutant.place).rfind('\n') + 1;  // npos + 1 is 0
  const std::size_t end = std::min(sql.find('\n', mutant.place), sql.size());
  return std::string(trimmed(sql.substr(begin, end - begin)));
}

std::string_view to_string(MutantKind kind) {
  switch (kind) {
    case MutantKind::table:
      return "table";
    case MutantKind::column:
      return "column";
    case MutantKind::type:
      return "type";
    case MutantKind::not_null:
      return "NOT NULL";
    case MutantKind::default_value:
      return "DEFAULT";
    case MutantKind::collation:
      return "COLLATE";
    case MutantKind::generated:
      return "generated";
    case MutantKind::check:
      return "CHECK";
    case MutantKind::unique:
      return "UNIQUE";
    case MutantKind::primary_key:
      return "PRIMARY KEY";
    case MutantKind::foreign_key:
      return "FOREIGN KEY";
    case MutantKind::index:
      return "index";
    case MutantKind::view:
      return "view";
    case MutantKind::trigger:
      return "trigger";
    case MutantKind::rows:
      return "rows";
    case MutantKind::setting:
      return "setting";
  }
  return {};
}

std::string_view to_string(MutantEffect effect) {
  switch (effect) {
    case MutantEffect::laxer:
      return "laxer";
    case MutantEffect::stricter:
      return "stricter";
    case MutantEffect::either:
      return "either";
    case MutantEffect::content:
      return "content";
    case MutantEffect::cost:
      return "cost";
  }
  return {};
}

}  // namespace baseline
