#include "store/sqlite/schema/foreign_keys.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "store/value.hpp"

namespace baseline::sqlite {

std::multiset<Orphan> orphans(SQLite::Database& database) {
  std::multiset<Orphan> out;
  SQLite::Statement check(database, "PRAGMA main.foreign_key_check");
  while (check.executeStep()) {
    std::optional<std::int64_t> rowid;
    if (const SQLite::Column value = check.getColumn(1); !value.isNull()) rowid = value.getInt64();
    out.emplace(check.getColumn(0).getString(), rowid, check.getColumn(3).getInt());
  }
  return out;
}

std::vector<std::string> foreign_key_columns(SQLite::Database& database, const std::string& table,
                                             int number) {
  std::vector<std::string> out;
  SQLite::Statement list(
      database,
      "SELECT \"from\" FROM pragma_foreign_key_list(?, 'main') WHERE id = ? ORDER BY seq");
  list.bind(1, table);
  list.bind(2, number);
  while (list.executeStep()) out.push_back(list.getColumn(0).getString());
  return out;
}

std::vector<Constraint> keys_of_new(SQLite::Database& database, const std::vector<Constraint>& all,
                                    const std::multiset<Orphan>& before,
                                    const std::multiset<Orphan>& now) {
  std::vector<Orphan> added;
  std::ranges::set_difference(now, before, std::back_inserter(added));
  std::vector<Constraint> out;
  std::set<std::pair<std::string, int>> seen;  // of many rows, most violate the same key
  for (const auto& [table, rowid, number] : added) {
    if (!seen.emplace(table, number).second) continue;
    ConstraintRef key;
    key.kind = ConstraintRef::Kind::foreign_key;
    std::vector<std::string> columns = foreign_key_columns(database, table, number);
    for (std::string& column : columns) column = quoted_identifier(column);
    key.text = fmt::format("{}({})", quoted_identifier(table), join(columns, ", "));
    for (Constraint& constraint : named_by(all, key)) {
      if (std::ranges::find(out, constraint) == out.end()) out.push_back(std::move(constraint));
    }
  }
  return out;
}

std::string violated_keys(SQLite::Database& database) {
  std::set<std::string> keys;
  for (const auto& [table, rowid, number] : orphans(database)) {
    keys.insert(fmt::format("FOREIGN KEY {} ({})", table,
                            join(foreign_key_columns(database, table, number), ", ")));
  }
  return join(std::vector<std::string>(keys.begin(), keys.end()), ", ");
}

}  // namespace baseline::sqlite
