#include "store/sqlite/schema/schema_clone.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>

#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/connection.hpp"

namespace baseline::sqlite {
namespace {

// Shadow tables are made by their virtual table, sqlite_* by SQLite. Triggers come last, so that
// none fires on the way.
constexpr const char* kObjects =
    "SELECT s.type, s.name, s.tbl_name, s.sql FROM main.sqlite_schema AS s "
    "LEFT JOIN pragma_table_list AS l "
    "ON l.schema = 'main' AND l.name = s.name AND s.type = 'table' "
    "WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "AND coalesce(l.type, '') <> 'shadow' "
    "ORDER BY CASE s.type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, "
    "s.rowid";

void copy_setting(SQLite::Database& source, SQLite::Database& target, const char* pragma) {
  const std::string value = source.execAndGet(fmt::format("PRAGMA {}", pragma)).getString();
  target.exec(fmt::format("PRAGMA {} = '{}'", pragma, value));
}

}  // namespace

SQLite::Database schema_clone(SQLite::Database& source) {
  SQLite::Database target = open_memory();
  copy_setting(source, target, "encoding");  // before the first table, or it has no effect
  const LegacyQuotes legacy(target.getHandle());
  target.exec("BEGIN");
  SQLite::Statement objects(source, kObjects);
  std::set<std::string> left_out;
  while (objects.executeStep()) {
    if (left_out.contains(objects.getColumn(2).getString())) continue;
    try {
      // One statement, as SQLite takes it: what follows that was never looked at.
      SQLite::Statement(target, objects.getColumn(3).getString()).executeStep();
    } catch (const SQLite::Exception& exception) {
      // Only the application has the module; checks on this table will say that it is missing.
      if (!std::string_view(exception.what()).starts_with("no such module")) throw;
      left_out.insert(objects.getColumn(1).getString());
    }
  }
  target.exec("COMMIT");
  copy_setting(source, target, "user_version");
  copy_setting(source, target, "application_id");
  return target;
}

}  // namespace baseline::sqlite
