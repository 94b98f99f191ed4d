#include "store/sqlite/schema/indexes.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using ConstraintKind = Constraint::Kind;

bool is_key(const Constraint& constraint) {
  return constraint.kind == ConstraintKind::unique ||
         constraint.kind == ConstraintKind::primary_key;
}

std::vector<std::string> index_columns(SQLite::Database& database, const std::string& index) {
  SQLite::Statement rows(database, "SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno");
  rows.bind(1, index);
  std::vector<std::string> out;
  while (rows.executeStep()) out.push_back(rows.getColumn(0).getString());
  return out;
}

bool is_name_token(const Token& token) {
  return token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name;
}

// What stands in front of `alias` where some SQL says "name alias" or "name AS alias".
std::set<std::string> named_before(std::string_view alias, std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  std::set<std::string> out;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (!is_name_token(tokens[i]) || !same_name(unquoted(tokens[i]), alias)) continue;
    std::size_t before = i - 1;
    if (is_keyword(tokens[before], "as") && before > 0) --before;
    if (is_name_token(tokens[before])) out.insert(to_lower(unquoted(tokens[before])));
  }
  return out;
}

// What follows `marker` in the line, if it is there.
std::optional<std::string_view> after(std::string_view line, std::string_view marker) {
  const std::size_t found = line.find(marker);
  if (found == std::string_view::npos) return std::nullopt;
  return line.substr(found + marker.size());
}

// "INDEX x" may go on with " (a=?)": the name ends there, or else is only the start of another.
bool begins_with_name(std::string_view rest, std::string_view name) {
  return rest.starts_with(name) && (rest.size() == name.size() || rest[name.size()] == ' ');
}

}  // namespace

Indexes::Indexes(SQLite::Database& database, const std::vector<Constraint>& constraints) {
  SQLite::Statement rows(
      database,
      "SELECT s.name, i.name, i.origin FROM main.sqlite_schema AS s, "
      "pragma_index_list(s.name, 'main') AS i WHERE s.type = 'table' ORDER BY s.rowid, i.seq");
  std::set<std::string> with_index;  // tables whose primary key is an index
  while (rows.executeStep()) {
    const std::string table = rows.getColumn(0).getString();
    Index index{rows.getColumn(1).getString(), {}};
    const std::string origin = rows.getColumn(2).getString();
    if (origin == "c") {
      index.declared.push_back(index.name);
    } else {
      // UNIQUE (a) and PRIMARY KEY (a) of one table share an index.
      const std::vector<std::string> columns = index_columns(database, index.name);
      for (const Constraint& constraint : constraints) {
        if (is_key(constraint) && constraint.table == table &&
            std::ranges::equal(constraint.columns, columns, same_name)) {
          index.declared.push_back(name_or_columns(constraint));
        }
      }
    }
    if (origin == "pk") with_index.insert(table);
    indexes_.push_back(std::move(index));
  }
  // Without an index, the primary key is the rowid; WITHOUT ROWID lists an index that no plan
  // names.
  SQLite::Statement tables(database,
                           "SELECT name, wr FROM pragma_table_list WHERE schema = 'main'");
  while (tables.executeStep()) {
    const std::string table = tables.getColumn(0).getString();
    if (tables.getColumn(1).getInt() == 0 && with_index.contains(table)) continue;
    for (const Constraint& constraint : constraints) {
      if (constraint.kind != ConstraintKind::primary_key || constraint.table != table) continue;
      keys_.push_back({to_lower(table), name_or_columns(constraint)});
    }
  }
  SQLite::Statement views(database, "SELECT sql FROM main.sqlite_schema WHERE type = 'view'");
  while (views.executeStep()) views_.push_back(views.getColumn(0).getString());
}

std::vector<std::string> Indexes::names() const {
  std::set<std::string> out;
  for (const Index& index : indexes_) out.insert(index.declared.begin(), index.declared.end());
  for (const Key& key : keys_) out.insert(key.declared);
  return {out.begin(), out.end()};
}

std::vector<std::string> Indexes::used_by(std::string_view line, std::string_view statement) const {
  for (const std::string_view marker : {" USING INDEX ", " USING COVERING INDEX "}) {
    const auto rest = after(line, marker);
    if (!rest) continue;
    // Of the names "a" and "a (b" it is the longer one.
    const Index* found = nullptr;
    for (const Index& index : indexes_) {
      if (!begins_with_name(*rest, index.name)) continue;
      if (found == nullptr || index.name.size() > found->name.size()) found = &index;
    }
    if (found != nullptr) return found->declared;
  }
  for (const std::string_view marker : {" USING INTEGER PRIMARY KEY", " USING PRIMARY KEY"}) {
    const std::size_t end = line.find(marker);
    const std::size_t start = line.find(' ') + 1;  // behind SEARCH or SCAN
    if (end == std::string_view::npos || start > end) continue;
    const Key* const key = key_of(line.substr(start, end - start), statement);
    if (key != nullptr) return {key->declared};
  }
  return {};
}

// Null when it is not clear which table it is: to miss a use shows in the plan that a failure
// prints, to invent one would let a check pass.
const Indexes::Key* Indexes::key_of(std::string_view alias, std::string_view statement) const {
  std::set<std::string> tables = named_before(alias, statement);
  for (const std::string& view : views_) tables.merge(named_before(alias, view));
  const Key* found = nullptr;
  for (const Key& key : keys_) {
    const bool is_it = tables.contains(key.table) || key.table == to_lower(alias);
    if (!is_it) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

}  // namespace baseline::sqlite
