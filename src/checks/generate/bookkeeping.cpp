#include "checks/generate/bookkeeping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

struct Table {
  std::string_view name;
  std::string_view columns;  ///< by which it is known, with a blank between them
  std::string_view order;
};

struct Tool {
  std::string_view name;
  std::span<const Table> tables;  ///< the first must be there, the others may be
  std::string_view newest;        ///< query: what the newest migration is called
  std::string_view doubt;         ///< query: how many records somebody should look at, or empty
  std::string_view doubt_text;
  std::string_view without = {};  ///< a column that the first table does not have
};

constexpr Table kAlembic[] = {{"alembic_version", "version_num", "version_num"}};
constexpr Table kDjango[] = {{"django_migrations", "id app name applied", "id"}};
constexpr Table kGolangMigrate[] = {{"schema_migrations", "version dirty", "version"}};
constexpr Table kRails[] = {{"schema_migrations", "version", "version"},
                            {"ar_internal_metadata", "key value", "key"}};
constexpr Table kFlyway[] = {
    {"flyway_schema_history", "installed_rank version script checksum success", "installed_rank"}};
constexpr Table kPrisma[] = {
    {"_prisma_migrations", "id checksum migration_name finished_at", "started_at, migration_name"}};
constexpr Table kKnex[] = {{"knex_migrations", "id name batch migration_time", "id"},
                           {"knex_migrations_lock", "is_locked", "1"}};
constexpr Table kSqlx[] = {{"_sqlx_migrations", "version description success checksum", "version"}};

// Where two tools have a table of the same name, a column tells them apart.
constexpr Tool kTools[] = {
    {"Alembic", kAlembic, "SELECT max(version_num) FROM alembic_version", "", ""},
    {"Django", kDjango, "SELECT count(*) FROM django_migrations", "", ""},
    {"golang-migrate", kGolangMigrate, "SELECT max(version) FROM schema_migrations",
     "SELECT count(*) FROM schema_migrations WHERE dirty",
     "it is marked dirty: a migration was cut off"},
    {"Rails", kRails, "SELECT max(version) FROM schema_migrations", "", "", "dirty"},
    {"Flyway", kFlyway,
     "SELECT version FROM flyway_schema_history WHERE version IS NOT NULL "
     "ORDER BY installed_rank DESC LIMIT 1",
     "SELECT count(*) FROM flyway_schema_history WHERE NOT success", "a migration has failed"},
    {"Prisma", kPrisma,
     "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL "
     "ORDER BY started_at DESC, migration_name DESC LIMIT 1",
     "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL",
     "a migration has not finished"},
    {"Knex", kKnex, "SELECT name FROM knex_migrations ORDER BY id DESC LIMIT 1", "", ""},
    {"sqlx", kSqlx, "SELECT max(version) FROM _sqlx_migrations",
     "SELECT count(*) FROM _sqlx_migrations WHERE NOT success", "a migration has failed"},
};

// sql_literal() is for people: it shows control characters, where these have to come back.
std::string exact_literal(const Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr || printable(*text) == *text) return sql_literal(value);
  Blob bytes;
  for (const char c : *text) bytes.push_back(static_cast<std::byte>(c));
  return fmt::format("CAST({} AS TEXT)", sql_literal(bytes));
}

std::string readable_name(const std::string& name) {
  constexpr std::string_view kWords[] = {"index", "key", "order", "group", "table", "default"};
  const bool plain = std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9'); });
  const bool is_word = std::ranges::find(kWords, name) != std::end(kWords);
  return plain && !is_word && !name.empty() ? name : quoted_identifier(name);
}

std::optional<TableInfo> found_table(const Table& table, Session& database) {
  auto info = database.table(table.name);
  if (!info || info->key.empty()) return std::nullopt;  // a view is nobody's record
  for (std::string_view rest = table.columns; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view column = rest.substr(0, end);
    const bool is_there = std::ranges::any_of(
        info->columns, [&](const std::string& name) { return same_name(name, column); });
    if (!is_there) return std::nullopt;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return info;
}

std::vector<std::vector<Value>> queried_rows(Session& database, const std::string& sql) {
  constexpr std::size_t kMaxRows = 100'000;
  constexpr std::chrono::seconds kTime(10);
  const QueryOutcome outcome = database.query(sql, {}, {kTime, kMaxRows});
  if (outcome.failure || outcome.truncated) {
    throw Error(ErrorCode::refused,
                fmt::format("cannot read the records of the migration tool: {}",
                            outcome.failure ? outcome.failure->message : "there are too many"));
  }
  return outcome.rows;
}

void add_inserts(const Table& table, const TableInfo& info, Session& database, Bookkeeping& out) {
  std::vector<std::string> names;
  for (const std::string& column : info.columns) names.push_back(readable_name(column));
  const std::string columns = join(names, ", ");
  const auto rows = queried_rows(database, fmt::format("SELECT {} FROM {} ORDER BY {}", columns,
                                                       quoted_identifier(info.name), table.order));
  for (const std::vector<Value>& row : rows) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      // A migrator that was running then does not run in the new database.
      const bool is_lock = info.columns[i] == "is_locked";
      values.push_back(is_lock ? "0" : exact_literal(row[i]));
    }
    out.inserts.push_back(fmt::format("INSERT INTO {} ({}) VALUES ({})", readable_name(info.name),
                                      columns, join(values, ", ")));
  }
}

// What one cell holds, as far as it can be the revision in the name of a migration.
std::string recorded_revision(const std::vector<std::vector<Value>>& rows) {
  if (rows.empty()) return {};
  const Value& value = rows.front().front();
  std::string text;
  if (const auto* const number = std::get_if<std::int64_t>(&value)) text = std::to_string(*number);
  if (const auto* const name = std::get_if<std::string>(&value)) text = *name;
  const auto end = std::ranges::find_if_not(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  });
  return {text.begin(), end};
}

}  // namespace

std::vector<Bookkeeping> bookkeeping_of(Session& database) {
  std::vector<Bookkeeping> out;
  for (const Tool& tool : kTools) {
    const auto first = found_table(tool.tables.front(), database);
    if (!first) continue;
    if (!tool.without.empty() && std::ranges::count(first->columns, tool.without) != 0) continue;
    Bookkeeping one;
    one.tool = tool.name;
    one.revision = recorded_revision(queried_rows(database, std::string(tool.newest)));
    for (const Table& table : tool.tables) {
      const auto info = found_table(table, database);
      if (info) add_inserts(table, *info, database, one);
    }
    if (!tool.doubt.empty()) {
      const auto rows = queried_rows(database, std::string(tool.doubt));
      if (!rows.empty() && !same_value(rows.front().front(), std::int64_t{0})) {
        one.doubt = tool.doubt_text;
      }
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace baseline
