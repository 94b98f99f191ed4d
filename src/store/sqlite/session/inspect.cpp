// The questions that status, verify and reports ask a database beside its schema.
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <map>
#include <variant>

#include "base/text.hpp"
#include "os/signals.hpp"
#include "store/file_settings.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/session/session.hpp"

namespace baseline::sqlite {
namespace {

/// Where a migration tool keeps the revision of a database: one row per tool.
struct Bookkeeping {
  const char* table;
  const char* query;
};
constexpr std::array<Bookkeeping, 1> kBookkeeping = {{
    {"alembic_version", "SELECT version_num FROM alembic_version ORDER BY version_num"},
}};

constexpr std::size_t kMaxProblems = 5;

bool has_table(SQLite::Database& database, const char* name) {
  SQLite::Statement statement(
      database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE");
  statement.bind(1, name);
  return statement.executeStep();
}

// The row number has three names, each of which a column can take.
std::vector<std::string> row_number(const std::vector<std::string>& columns) {
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    const auto is_it = [&](const std::string& column) { return to_lower(column) == name; };
    if (std::ranges::none_of(columns, is_it)) return {name};
  }
  return {};
}

}  // namespace

std::optional<TableInfo> SqliteSession::table(std::string_view name) {
  return translated([&] {
    auto& known = known_tables().by_name;
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    return known.emplace(name, read_table(name)).first->second;
  });
}

std::optional<TableInfo> SqliteSession::read_table(std::string_view name) {
  SQLite::Statement list(
      database_, "SELECT name, type = 'view', wr FROM pragma_table_list(?) WHERE schema = 'main'");
  list.bind(1, std::string(name));
  if (!list.executeStep()) return std::nullopt;
  TableInfo out{list.getColumn(0).getString(), {}, {}};
  const bool has_rows_numbered = list.getColumn(1).getInt() == 0 && list.getColumn(2).getInt() == 0;
  std::map<int, std::string> key;  // by the place in the primary key
  try {
    SQLite::Statement columns(database_, "SELECT name, pk FROM pragma_table_xinfo(?, 'main')");
    columns.bind(1, out.name);
    while (columns.executeStep()) {
      out.columns.push_back(columns.getColumn(0).getString());
      if (const int place = columns.getColumn(1).getInt()) key[place] = out.columns.back();
    }
  } catch (const SQLite::Exception& exception) {
    if (exception.getErrorCode() != SQLITE_ERROR) throw;
    return TableInfo{out.name, {}, {}};  // a view of what is no longer there
  }
  for (auto& [place, column] : key) out.key.push_back(std::move(column));
  if (out.key.empty() && has_rows_numbered) out.key = row_number(out.columns);
  return out;
}

FileSettings SqliteSession::file_settings() {
  return translated([&] {
    constexpr std::array kAutoVacuum = {"none", "full", "incremental"};
    FileSettings out;
    out.encoding = database_.execAndGet("PRAGMA encoding").getString();
    out.page_size = static_cast<std::uint64_t>(own_.number("PRAGMA page_size"));
    out.auto_vacuum = kAutoVacuum.at(static_cast<std::size_t>(own_.number("PRAGMA auto_vacuum")));
    out.journal_mode = becomes_wal_ || is_wal(database_) ? "wal" : "delete";
    return out;
  });
}

std::optional<std::string> SqliteSession::revision() {
  return translated([&]() -> std::optional<std::string> {
    for (const Bookkeeping& tool : kBookkeeping) {
      if (!has_table(database_, tool.table)) continue;
      const QueryOutcome outcome = query(tool.query, {}, {});
      std::vector<std::string> revisions;
      for (const std::vector<Value>& row : outcome.rows) {
        if (const auto* text = std::get_if<std::string>(&row.front())) revisions.push_back(*text);
      }
      // Alembic keeps one row per branch.
      if (!revisions.empty()) return join(revisions, ", ");
    }
    return std::nullopt;
  });
}

std::vector<TableRows> SqliteSession::count_rows(std::chrono::milliseconds budget) {
  std::vector<TableRows> out;
  translated([&] {
    SQLite::Statement tables(database_,
                             "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN "
                             "('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                             "ORDER BY name");
    while (tables.executeStep()) out.push_back({tables.getColumn(0).getString(), std::nullopt});
  });
  const auto end = std::chrono::steady_clock::now() + budget;
  for (TableRows& table : out) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    const std::string sql = "SELECT count(*) FROM main." + quoted_identifier(table.table);
    const QueryOutcome outcome = query(sql, {}, {left, 1});
    if (outcome.failure) continue;
    if (const auto* count = std::get_if<std::int64_t>(&outcome.rows.front().front())) {
      table.rows = static_cast<std::uint64_t>(*count);
    }
  }
  return out;
}

std::optional<std::string> SqliteSession::integrity_problem(Depth depth) {
  const char* const sql = depth == Depth::quick ? "PRAGMA quick_check" : "PRAGMA integrity_check";
  std::vector<std::string> problems;
  try {
    SQLite::Statement check(database_, sql);
    while (problems.size() < kMaxProblems && check.executeStep()) {
      problems.push_back(check.getColumn(0).getString());
    }
  } catch (const SQLite::Exception& exception) {
    stop_if_interrupted();
    // So damaged that SQLite cannot even check it.
    problems.emplace_back(exception.what());
  }
  if (problems.size() == 1 && problems.front() == "ok") return std::nullopt;
  return join(problems, "; ");
}

}  // namespace baseline::sqlite
