#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/sqlite/schema/constraints.hpp"

namespace baseline::sqlite {

/// A row that has no parent, as PRAGMA foreign_key_check gives it: child table, its rowid (none in
/// a WITHOUT ROWID table), number of the foreign key in that table.
using Orphan = std::tuple<std::string, std::optional<std::int64_t>, int>;

/// All orphans of the database. Throws SQLite::Exception, also for "foreign key mismatch".
std::multiset<Orphan> orphans(SQLite::Database& database);

/// The child columns of a foreign key, in their order.
std::vector<std::string> foreign_key_columns(SQLite::Database& database, const std::string& table,
                                             int number);

/// The constraints that the orphans of `now` violate that are not in `before`, each once; `all` are
/// those of the database.
std::vector<Constraint> keys_of_new(SQLite::Database& database, const std::vector<Constraint>& all,
                                    const std::multiset<Orphan>& before,
                                    const std::multiset<Orphan>& now);

/// The foreign keys that rows violate now, for people: "FOREIGN KEY seen (channel_id)", each once.
std::string violated_keys(SQLite::Database& database);

}  // namespace baseline::sqlite
