#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/schema/constraints.hpp"

namespace baseline::sqlite {

/// The indexes of a database under the names that its schema declares: SQLite calls the index of a
/// UNIQUE or PRIMARY KEY constraint sqlite_autoindex_…, which nobody has written.
class Indexes {
 public:
  /// `constraints` are all of the database. Throws SQLite::Exception.
  Indexes(SQLite::Database& database, const std::vector<Constraint>& constraints);

  /// All of them, sorted, each once.
  std::vector<std::string> names() const;

  /// Those that one line of EXPLAIN QUERY PLAN says it uses; several when constraints share an
  /// index. `statement` is the SQL: the line names a table by the alias it has there.
  std::vector<std::string> used_by(std::string_view line, std::string_view statement) const;

 private:
  struct Index {
    std::string name;  // SQLite's
    std::vector<std::string> declared;
  };
  /// The primary key of a table that is itself the b-tree of the table.
  struct Key {
    std::string table;
    std::string declared;
  };
  const Key* key_of(std::string_view alias, std::string_view statement) const;

  std::vector<Index> indexes_;
  std::vector<Key> keys_;
  std::vector<std::string> views_;  // their SQL, where aliases may come from
};

}  // namespace baseline::sqlite
