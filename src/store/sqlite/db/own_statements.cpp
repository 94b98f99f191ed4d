#include "store/sqlite/db/own_statements.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>

namespace baseline::sqlite {

void OwnStatements::run(std::string_view sql) {
  const Guard::Pause pause(guard_);
  sqlite3_stmt* const statement = compiled(sql);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  finish(statement, code);
}

std::int64_t OwnStatements::number(std::string_view sql) {
  const Guard::Pause pause(guard_);
  sqlite3_stmt* const statement = compiled(sql);
  const int code = sqlite3_step(statement);
  const std::int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  finish(statement, code == SQLITE_ROW ? SQLITE_DONE : code);
  return value;
}

// Makes it ready for the next time; throws what it ended with, if that was not success.
void OwnStatements::finish(sqlite3_stmt* statement, int code) {
  if (code != SQLITE_DONE) {
    const SQLite::Exception failure(database_.getHandle());
    sqlite3_reset(statement);
    throw failure;
  }
  sqlite3_reset(statement);
}

sqlite3_stmt* OwnStatements::compiled(std::string_view sql) {
  const auto found = std::ranges::find(entries_, sql, &Entry::sql);
  if (found != entries_.end()) return found->statement.get();
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.getHandle(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception(database_.getHandle());
  return entries_.emplace_back(Entry{std::string(sql), StatementPtr(raw)}).statement.get();
}

}  // namespace baseline::sqlite
