#include "store/sqlite/schema/marks.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "store/migration_tools.hpp"

namespace baseline::sqlite {
namespace {

// More than any tool has; what comes after them tells nothing that these do not.
constexpr std::size_t kMostRecords = 10'000;

void add_number_mark(SQLite::Database& database, const char* name, std::vector<SchemaMark>& marks) {
  const std::int64_t value = database.execAndGet(fmt::format("PRAGMA main.{}", name)).getInt64();
  if (value != 0) marks.push_back({name, {}, {fmt::format("{}", value)}});
}

// Whether the table has the columns by which it is known. Names that are not there are no texts
// here, as they would be in double quotes.
bool add_record_mark(SQLite::Database& database, const ToolTable& tool, const std::string& table,
                     std::vector<SchemaMark>& marks) {
  SchemaMark mark{"rows of " + table, table, {}};
  try {
    SQLite::Statement rows(database,
                           fmt::format("SELECT {} FROM main.{} ORDER BY {} LIMIT {}", tool.columns,
                                       tool.name, tool.columns, kMostRecords));
    while (rows.executeStep()) {
      std::vector<std::string> values;
      values.reserve(static_cast<std::size_t>(rows.getColumnCount()));
      for (int i = 0; i < rows.getColumnCount(); ++i) {
        values.push_back(rows.getColumn(i).getString());
      }
      mark.values.push_back(join(values, ", "));
    }
  } catch (const SQLite::Exception& exception) {
    if (exception.getErrorCode() != SQLITE_ERROR) throw;
    return false;
  }
  if (!mark.values.empty()) marks.push_back(std::move(mark));
  return true;
}

}  // namespace

std::vector<SchemaMark> read_marks(SQLite::Database& database, const Schema& schema) {
  std::vector<SchemaMark> marks;
  add_number_mark(database, "user_version", marks);
  add_number_mark(database, "application_id", marks);
  for (const SchemaObject& object : schema.objects) {
    if (object.kind != "table") continue;
    for (const ToolTable& tool : tool_tables()) {
      if (same_name(tool.name, object.name) &&
          add_record_mark(database, tool, object.name, marks)) {
        break;
      }
    }
  }
  return marks;
}

}  // namespace baseline::sqlite
