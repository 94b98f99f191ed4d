#include "store/sqlite/schema/broken_objects.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using TextRow = std::vector<std::string>;

std::vector<TextRow> text_rows(SQLite::Database& database, const std::string& sql,
                               const std::string& parameter = {}) {
  SQLite::Statement statement(database, sql);
  if (!parameter.empty()) statement.bind(1, parameter);
  std::vector<TextRow> out;
  while (statement.executeStep()) {
    TextRow& row = out.emplace_back();
    for (int i = 0; i < statement.getColumnCount(); ++i) {
      row.push_back(statement.getColumn(i).getString());
    }
  }
  return out;
}

int compile_code(SQLite::Database& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &raw, nullptr);
  const StatementPtr statement(raw);
  return code;
}

// The code of the first step.
int step_code(SQLite::Database& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &raw, nullptr);
  const StatementPtr statement(raw);
  if (code != SQLITE_OK) return code;
  const int stepped = sqlite3_step(raw);
  return stepped == SQLITE_ROW || stepped == SQLITE_DONE ? SQLITE_OK : stepped;
}

// Why SQLite has given this code; nothing when only the application has what is missing.
std::optional<std::string> why_broken(SQLite::Database& database, int code) {
  if (code == SQLITE_OK) return {};
  if ((code & 0xFF) != SQLITE_ERROR) {
    throw SQLite::Exception(database.getHandle(), code);
  }
  std::string message = sqlite3_errmsg(database.getHandle());
  for (const std::string_view of_application :
       {"no such function: ", "unknown function: ", "no such collation sequence: ",
        "no such module: "}) {
    if (message.starts_with(of_application)) return {};
  }
  constexpr std::string_view kHere = "no such table: main.";
  if (message.starts_with(kHere)) message = "no such table: " + message.substr(kHere.size());
  return with_suggestion(database.getHandle(), message);
}

std::optional<std::string> why_not_compiled(SQLite::Database& database, const std::string& sql) {
  return why_broken(database, compile_code(database, sql));
}

// "surname" of "no such column: p.surname; did you mean …".
std::string missing_name(std::string_view message) {
  for (const std::string_view start : {"no such table: ", "no such column: "}) {
    if (!message.starts_with(start)) continue;
    std::string_view name = message.substr(start.size());
    name = name.substr(0, name.find(';'));
    // Newer versions of SQLite write `"x" - should this be a string literal …`.
    if (name.starts_with('"')) name = name.substr(1, name.find('"', 1) - 1);
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) {
      name.remove_prefix(dot + 1);
    }
    return std::string(name);
  }
  return {};
}

// Those of the table xinfo; nothing of a view that cannot be read, or calls what only the
// application has.
std::optional<TextRow> columns_of(SQLite::Database& database, const std::string& table,
                                  std::string_view which) {
  TextRow out;
  try {
    for (const TextRow& row :
         text_rows(database, fmt::format("SELECT name FROM pragma_table_xinfo(?, 'main'){}", which),
                   table)) {
      out.push_back(row[0]);
    }
  } catch (const SQLite::Exception& exception) {
    if (exception.getErrorCode() != SQLITE_ERROR) throw;
    return {};
  }
  return out;
}

// The statements that would fire each trigger of a table or view, one for each event.
TextRow firing_statements(SQLite::Database& database, const std::string& table) {
  const std::string name = "main." + quoted_identifier(table);
  TextRow out{fmt::format("INSERT INTO {} DEFAULT VALUES", name),
              fmt::format("DELETE FROM {}", name)};
  TextRow same;
  for (const std::string& name_of_column :
       columns_of(database, table, " WHERE hidden = 0").value_or(TextRow())) {
    const std::string column = quoted_identifier(name_of_column);
    same.push_back(fmt::format("{} = {}", column, column));
  }
  if (!same.empty()) out.push_back(fmt::format("UPDATE {} SET {}", name, join(same, ", ")));
  return out;
}

std::optional<std::string> why_not_fired(SQLite::Database& database, const std::string& table) {
  // A view has no triggers but for the events that it can take.
  const std::string no_trigger = fmt::format("cannot modify {} because it is a view", table);
  for (const std::string& sql : firing_statements(database, table)) {
    auto message = why_not_compiled(database, sql);
    if (message && *message != no_trigger) return message;
  }
  return {};
}

// Which of a table's triggers it is that SQLite cannot compile: each is tried alone.
void find_broken_triggers(SQLite::Database& database, const std::string& table,
                          std::vector<BrokenObject>& out) {
  const auto all =
      text_rows(database, "SELECT name FROM main.sqlite_schema WHERE type = 'trigger'");
  const auto own = text_rows(database,
                             "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' "
                             "AND tbl_name = ? COLLATE NOCASE ORDER BY rowid",
                             table);
  database.exec("SAVEPOINT baseline_triggers");
  const auto drop = [&](const std::string& name) {
    database.exec("DROP TRIGGER main." + quoted_identifier(name));
  };
  for (const TextRow& trigger : all) drop(trigger[0]);
  for (const TextRow& trigger : own) {
    database.exec(trigger[1]);
    if (const auto message = why_not_fired(database, table)) {
      out.push_back({"trigger", trigger[0], missing_name(*message),
                     fmt::format("trigger {}: {}", trigger[0], *message)});
    }
    drop(trigger[0]);
  }
  database.exec("ROLLBACK TO baseline_triggers");
  database.exec("RELEASE baseline_triggers");
}

// The columns that a trigger waits for: UPDATE OF a, b ON t.
TextRow columns_waited_for(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  std::size_t i = 0;
  while (i + 1 < tokens.size() &&
         !(is_keyword(tokens[i], "update") && is_keyword(tokens[i + 1], "of"))) {
    if (is_keyword(tokens[i], "begin")) return {};
    ++i;
  }
  TextRow out;
  for (i += 2; i < tokens.size() && !is_keyword(tokens[i], "on"); ++i) {
    if (!is_symbol(tokens[i], ",")) out.push_back(unquoted(tokens[i]));
  }
  return out;
}

// SQLite takes any name there, and a trigger that waits for a missing column never fires.
void find_idle_triggers(SQLite::Database& database, std::vector<BrokenObject>& out) {
  for (const TextRow& trigger :
       text_rows(database,
                 "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' "
                 "ORDER BY rowid")) {
    std::optional<TextRow> known = columns_of(database, trigger[1], "");
    if (!known) continue;
    TextRow& columns = *known;
    for (const char* const number : {"rowid", "oid", "_rowid_"}) columns.emplace_back(number);
    for (const std::string& name : columns_waited_for(trigger[2])) {
      if (std::ranges::any_of(columns, [&](const auto& c) { return same_name(c, name); })) continue;
      out.push_back({"trigger", trigger[0], name,
                     fmt::format("trigger {}: {} has no column {}", trigger[0], trigger[1], name)});
    }
  }
}

// What a virtual table is made from (content=… of fts5) is looked for when the first row is read. A
// module may have other reasons to give none: a contentless one of fts4 always has.
void find_broken_virtual_tables(SQLite::Database& database, std::vector<BrokenObject>& out) {
  for (const TextRow& table :
       text_rows(database,
                 "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 "
                 "ORDER BY rowid")) {
    const int code = step_code(
        database, fmt::format("SELECT * FROM main.{} LIMIT 1", quoted_identifier(table[0])));
    const auto message = why_broken(database, code);
    if (!message || message->find("no such ") == std::string::npos) continue;
    out.push_back({"table", table[0], missing_name(*message),
                   fmt::format("virtual table {}: {}", table[0], *message)});
  }
}

void find_broken_views(SQLite::Database& database, std::vector<BrokenObject>& out) {
  for (const TextRow& view : text_rows(
           database, "SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY rowid")) {
    const auto message =
        why_not_compiled(database, "SELECT * FROM main." + quoted_identifier(view[0]));
    if (!message) continue;
    out.push_back(
        {"view", view[0], missing_name(*message), fmt::format("view {}: {}", view[0], *message)});
  }
}

// "table", "view", or nothing.
std::string type_of_parent(SQLite::Database& database, const std::string& name) {
  const auto found = text_rows(database,
                               "SELECT type FROM main.sqlite_schema "
                               "WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE",
                               name);
  return found.empty() ? std::string() : found.front().front();
}

void find_broken_keys(SQLite::Database& database, const std::string& table,
                      std::vector<BrokenObject>& out) {
  const std::size_t before = out.size();
  const auto add = [&](const std::string& word, const std::string& message) {
    out.push_back({"table", table, word, fmt::format("foreign key of {}: {}", table, message)});
  };
  for (const TextRow& key :
       text_rows(database,
                 R"(SELECT "table", coalesce("to", '') FROM pragma_foreign_key_list(?, 'main'))",
                 table)) {
    const std::string type = type_of_parent(database, key[0]);
    if (type.empty()) {
      add(key[0], with_suggestion(database.getHandle(), "no such table: " + key[0]));
    } else if (type == "view") {
      add(key[0], key[0] + " is a view, and no table");
    } else if (!key[1].empty()) {
      const auto message = why_not_compiled(
          database, fmt::format("SELECT {} FROM main.{}", quoted_identifier(key[1]),
                                quoted_identifier(key[0])));
      if (message) add(key[1], fmt::format("{} has no column {}", key[0], key[1]));
    }
  }
  if (out.size() > before) return;
  // What SQLite itself would say at the first row.
  const auto message = why_not_compiled(
      database, fmt::format("PRAGMA main.foreign_key_check({})", quoted_identifier(table)));
  if (!message) return;
  constexpr std::string_view kTo = "referencing \"";
  const std::size_t found = message->find(kTo);
  std::string parent = found == std::string::npos ? "" : message->substr(found + kTo.size());
  if (parent.ends_with('"')) parent.pop_back();
  add(parent, parent.empty() ? *message
                             : fmt::format("the columns of {} that it refers to are neither its "
                                           "PRIMARY KEY nor UNIQUE",
                                           parent));
}

}  // namespace

std::vector<BrokenObject> broken_objects(SQLite::Database& database) {
  std::vector<BrokenObject> out;
  for (const TextRow& table : text_rows(
           database,
           "SELECT DISTINCT s.name FROM main.sqlite_schema AS s, "
           "pragma_foreign_key_list(s.name, 'main') WHERE s.type = 'table' ORDER BY s.rowid")) {
    find_broken_keys(database, table[0], out);
  }
  find_broken_views(database, out);
  find_broken_virtual_tables(database, out);
  find_idle_triggers(database, out);
  for (const TextRow& table : text_rows(
           database, "SELECT DISTINCT tbl_name FROM main.sqlite_schema WHERE type = 'trigger'")) {
    const auto is_it = [&](const BrokenObject& object) {
      return object.type == "view" && same_name(object.name, table[0]);
    };
    if (std::ranges::any_of(out, is_it)) continue;
    // One that calls a function of the application's hides what is wrong with the next.
    const auto statements = firing_statements(database, table[0]);
    const bool all_fire = std::ranges::all_of(statements, [&](const std::string& sql) {
      return compile_code(database, sql) == SQLITE_OK;
    });
    if (!all_fire) find_broken_triggers(database, table[0], out);
  }
  return out;
}

}  // namespace baseline::sqlite
