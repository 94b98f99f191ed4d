#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/statements.hpp"

namespace baseline::sqlite {

/// Statements of our own around those of users: BEGIN, SAVEPOINT, PRAGMA. They run again and again,
/// so each is compiled once. They are kept apart from those of users, whose words they must not
/// lend their rights to.
class OwnStatements {
 public:
  OwnStatements(SQLite::Database& database, Guard& guard) : database_(database), guard_(guard) {}

  /// Runs one statement without rules and clock, and drops its rows. Throws SQLite::Exception.
  void run(std::string_view sql);

  /// The first value of the first row of one statement, as a number. Throws SQLite::Exception.
  std::int64_t number(std::string_view sql);

 private:
  struct Entry {
    std::string sql;
    StatementPtr statement;
  };
  sqlite3_stmt* compiled(std::string_view sql);
  void finish(sqlite3_stmt* statement, int code);

  SQLite::Database& database_;
  Guard& guard_;
  std::list<Entry> entries_;
};

}  // namespace baseline::sqlite
