#include "store/sqlite/session/same_content.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/value.hpp"

namespace baseline::sqlite {
namespace {

/// The rows of one query, one at a time.
class Rows {
 public:
  Rows(SQLite::Database& database, const std::string& sql) : database_(database.getHandle()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) throw SQLite::Exception(database_, code);
  }

  /// The next row; false when there is none.
  bool next(std::vector<Value>& row) {
    row.clear();
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) throw SQLite::Exception(database_, code);
    const int columns = sqlite3_column_count(statement_.get());
    for (int i = 0; i < columns; ++i) row.push_back(column_value(statement_.get(), i));
    return true;
  }

 private:
  sqlite3* database_;
  StatementPtr statement_;
};

bool same_result(SQLite::Database& a, SQLite::Database& b, const std::string& sql) {
  Rows left(a, sql);
  Rows right(b, sql);
  std::vector<Value> left_row;
  std::vector<Value> right_row;
  while (left.next(left_row)) {
    if (!right.next(right_row)) return false;
    if (!std::ranges::equal(left_row, right_row, same_value)) return false;
  }
  return !right.next(right_row);
}

}  // namespace

bool same_content(Session& a, Session& b) {
  const Schema schema = a.schema();
  if (schema.digest() != b.schema().digest()) return false;
  return translated([&] {
    SQLite::Database& left = dynamic_cast<SqliteSession&>(a).database();
    SQLite::Database& right = dynamic_cast<SqliteSession&>(b).database();
    const auto same = [&](const std::string& sql) { return same_result(left, right, sql); };
    return same("PRAGMA user_version") && same("PRAGMA application_id") &&
           std::ranges::all_of(schema.objects, [&](const SchemaObject& object) {
             return object.kind != "table" ||
                    same("SELECT * FROM main." + quoted_identifier(object.name));
           });
  });
}

}  // namespace baseline::sqlite
