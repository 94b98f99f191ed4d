#include "store/sqlite/session/content_difference.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/sqlite/sql/tokenizer.hpp"
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

using ObjectName = std::pair<std::string_view, std::string_view>;  // kind, name

std::map<ObjectName, const SchemaObject*> objects_by_name(const Schema& schema) {
  std::map<ObjectName, const SchemaObject*> out;
  for (const SchemaObject& object : schema.objects) out[{object.kind, object.name}] = &object;
  return out;
}

bool same_object(const SchemaObject& a, const SchemaObject& b) {
  return a.definition == b.definition ||
         std::ranges::equal(a.parts, b.parts, [](const SchemaPart& left, const SchemaPart& right) {
           return left.label == right.label && left.meaning == right.meaning;
         });
}

std::map<std::string, std::size_t> words_of(const SchemaObject* object) {
  std::map<std::string, std::size_t> out;
  if (object == nullptr) return out;
  for (const Token& token : tokenize(object->definition)) {
    const bool is_name = token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name;
    if (is_name) ++out[to_lower(unquoted(token))];
  }
  return out;
}

// Whoever used what was there has used the object, or the table it belongs to. What it has to do
// with only now is among the words that are new.
void add_names(const SchemaObject* before, const SchemaObject* after, Difference& out) {
  const SchemaObject& object = before != nullptr ? *before : *after;
  out.names.insert(to_lower(object.name));
  if (!object.table.empty()) out.names.insert(to_lower(object.table));
  auto known = words_of(before);
  for (const auto& [word, times] : words_of(after)) {
    if (times > known[word]) out.names.insert(word);
  }
}

}  // namespace

Difference content_difference(Session& a, Session& b) {
  Difference out;
  const Schema before = a.schema();
  const Schema after = b.schema();
  const auto left = objects_by_name(before);
  const auto right = objects_by_name(after);
  std::vector<std::string> kept;  // tables that both declare alike
  for (const auto& [name, object] : left) {
    const auto other = right.find(name);
    if (other != right.end() && same_object(*object, *other->second)) {
      if (object->kind == "table") kept.push_back(object->name);
      continue;
    }
    add_names(object, other == right.end() ? nullptr : other->second, out);
  }
  for (const auto& [name, object] : right) {
    if (!left.contains(name)) add_names(nullptr, object, out);
  }
  translated([&] {
    SQLite::Database& one = dynamic_cast<SqliteSession&>(a).database();
    SQLite::Database& other = dynamic_cast<SqliteSession&>(b).database();
    out.settings = !same_result(one, other, "PRAGMA user_version") ||
                   !same_result(one, other, "PRAGMA application_id");
    for (const std::string& table : kept) {
      if (same_result(one, other, "SELECT * FROM main." + quoted_identifier(table))) continue;
      out.names.insert(to_lower(table));
    }
  });
  return out;
}

}  // namespace baseline::sqlite
