#include "checks/generate/bookkeeping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/migration_tools.hpp"
#include "store/schema.hpp"

namespace baseline {
namespace {

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

// The table of that name, if it has these columns; "a, b".
std::optional<TableInfo> found_table(std::string_view name, std::string_view columns,
                                     Session& database) {
  auto info = database.table(name);
  if (!info || info->key.empty()) return std::nullopt;  // a view is nobody's record
  while (!columns.empty()) {
    const std::size_t end = std::min(columns.find(", "), columns.size());
    const std::string_view column = columns.substr(0, end);
    const bool is_there = std::ranges::any_of(
        info->columns, [&](const std::string& known) { return same_name(known, column); });
    if (!is_there) return std::nullopt;
    columns.remove_prefix(std::min(end + 2, columns.size()));
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

// The rows in the order of their key. A migrator that was running then (`lock`) does not run in
// the new database.
void add_inserts(const TableInfo& info, std::string_view lock, Session& database,
                 Bookkeeping& out) {
  std::vector<std::string> names;
  std::vector<std::string> order;
  for (const std::string& column : info.columns) names.push_back(readable_name(column));
  for (const std::string& column : info.key) order.push_back(readable_name(column));
  const std::string columns = join(names, ", ");
  const auto rows =
      queried_rows(database, fmt::format("SELECT {} FROM {} ORDER BY {}", columns,
                                         quoted_identifier(info.name), join(order, ", ")));
  for (const std::vector<Value>& row : rows) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_lock = !lock.empty() && same_name(info.columns[i], lock);
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

std::string newest_migration(const ToolTable& table, Session& database) {
  const std::string_view first = table.columns.substr(0, table.columns.find(", "));
  return recorded_revision(queried_rows(
      database, table.newest.empty()
                    ? fmt::format("SELECT max({}) FROM {}", first, quoted_identifier(table.name))
                    : std::string(table.newest)));
}

std::size_t rows_of(const std::string& name, std::string_view condition, Session& database) {
  const auto rows =
      queried_rows(database, fmt::format("SELECT count(*) FROM {} WHERE {}", name, condition));
  const auto* const count = std::get_if<std::int64_t>(&rows.front().front());
  return count == nullptr ? 0 : static_cast<std::size_t>(*count);
}

}  // namespace

std::vector<Bookkeeping> bookkeeping_of(Session& database) {
  std::vector<Bookkeeping> out;
  std::set<std::string> known;
  for (const ToolTable& table : tool_tables()) {
    const auto info = found_table(table.name, table.columns, database);
    if (!info || !known.insert(to_lower(info->name)).second) continue;
    const std::string name = quoted_identifier(info->name);
    Bookkeeping one;
    one.tool = table.tool;
    one.revision = newest_migration(table, database);
    add_inserts(*info, {}, database, one);
    for (const CompanionTable& companion : companion_tables()) {
      if (!same_name(companion.beside, table.name)) continue;
      const auto beside = found_table(companion.name, companion.lock, database);
      if (beside) add_inserts(*beside, companion.lock, database, one);
    }
    if (!table.doubt.empty() && rows_of(name, table.doubt, database) > 0) {
      one.doubt = table.doubt_text;
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> unknown_records(Session& database) {
  std::vector<std::string> out;
  for (const SchemaObject& object : database.schema().objects) {
    if (object.kind != "table" || !is_like_tool_table(object.name)) continue;
    const bool is_kept = std::ranges::any_of(tool_tables(), [&](const ToolTable& table) {
      return same_name(table.name, object.name) &&
             found_table(table.name, table.columns, database).has_value();
    });
    const bool is_companion = std::ranges::any_of(
        companion_tables(), [&](const auto& one) { return same_name(one.name, object.name); });
    if (is_kept || is_companion) continue;
    if (rows_of(quoted_identifier(object.name), "true", database) > 0) out.push_back(object.name);
  }
  return out;
}

}  // namespace baseline
