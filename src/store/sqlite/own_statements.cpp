#include "store/sqlite/own_statements.hpp"

#include <SQLiteCpp/Exception.h>

#include <algorithm>

namespace baseline::sqlite {

void OwnStatements::run(std::string_view sql) {
  const Guard::Pause pause(guard_);
  sqlite3_stmt* const statement = compiled(sql);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
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
