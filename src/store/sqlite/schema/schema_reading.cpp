#include "store/sqlite/schema/schema_reading.hpp"

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <deque>

#include "base/text.hpp"
#include "store/sqlite/schema/schema_reader.hpp"

namespace baseline::sqlite {
namespace {

// A run has the old schema, the new one, and for a moment what a check makes of it.
constexpr std::size_t kMostKeptReadings = 4;

// All that SQLite itself reads when it opens the database. Values with their lengths: no two
// schemas have the same text.
std::string schema_text(SQLite::Database& database) {
  SQLite::Statement rows(database, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema");
  std::string out;
  while (rows.executeStep()) {
    for (int i = 0; i < rows.getColumnCount(); ++i) {
      const SQLite::Column value = rows.getColumn(i);
      const int size = value.isNull() ? -1 : value.getBytes();
      out += std::to_string(size);
      out += ':';
      if (size > 0) out.append(value.getText(), static_cast<std::size_t>(size));
    }
  }
  return out;
}

}  // namespace

std::shared_ptr<SchemaReading> SchemaReading::of(SQLite::Database& database) {
  static std::deque<std::shared_ptr<SchemaReading>> kept;  // the last ones asked for, newest first
  std::string text = schema_text(database);
  const auto known =
      std::ranges::find_if(kept, [&](const auto& reading) { return reading->text_ == text; });
  std::shared_ptr<SchemaReading> reading =
      known == kept.end() ? std::make_shared<SchemaReading>(std::move(text)) : *known;
  if (known != kept.end()) kept.erase(known);
  kept.push_front(reading);
  if (kept.size() > kMostKeptReadings) kept.pop_back();
  return reading;
}

const Schema& SchemaReading::schema(SQLite::Database& database) {
  if (!schema_) schema_ = read_schema(database);
  return *schema_;
}

const std::vector<Constraint>& SchemaReading::constraints(SQLite::Database& database) {
  if (!constraints_) constraints_ = read_constraints(database);
  return *constraints_;
}

const Indexes& SchemaReading::indexes(SQLite::Database& database) {
  if (!indexes_) indexes_.emplace(database, constraints(database));
  return *indexes_;
}

const std::vector<Constraint>& SchemaReading::named(SQLite::Database& database,
                                                    const ConstraintRef& by) {
  Named& known = named_[by.kind];
  const auto found = known.find(by.text);
  if (found != known.end()) return found->second;
  return known.emplace(by.text, named_by(constraints(database), by)).first->second;
}

const std::set<std::string>& SchemaReading::plain_tables(SQLite::Database& database) {
  if (plain_tables_) return *plain_tables_;
  plain_tables_.emplace();
  SQLite::Statement names(
      database,
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND "
      "sql NOT LIKE 'CREATE VIRTUAL %' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (names.executeStep()) plain_tables_->insert(to_lower(names.getColumn(0).getString()));
  return *plain_tables_;
}

bool SchemaReading::may_say_fail() {
  if (!says_fail_) says_fail_ = to_lower(text_).find("fail") != std::string::npos;
  return *says_fail_;
}

}  // namespace baseline::sqlite
