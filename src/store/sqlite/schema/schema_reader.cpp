#include "store/sqlite/schema/schema_reader.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/sql/table_definition.hpp"
#include "store/sqlite/sql/tokenizer.hpp"
#include "store/value.hpp"

namespace baseline::sqlite {
namespace {

// The default without white space and the parentheses around all of it, which mean nothing.
std::string default_meaning(std::string_view sql) {
  std::vector<Token> tokens = tokenize(sql);
  const auto enclosed = [&] {
    if (tokens.size() < 2 || !is_symbol(tokens.front(), "(")) return false;
    int depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (is_symbol(tokens[i], "(")) ++depth;
      if (is_symbol(tokens[i], ")") && --depth == 0) return i + 1 == tokens.size();
    }
    return false;
  };
  while (enclosed()) {
    tokens.erase(tokens.begin());
    tokens.pop_back();
  }
  return normalised(tokens);
}

// Columns of PRAGMA table_xinfo.
constexpr int kName = 1;
constexpr int kType = 2;
constexpr int kNotNull = 3;
constexpr int kDefault = 4;
constexpr int kPrimaryKey = 5;
constexpr int kHidden = 6;

// Column hidden of PRAGMA table_xinfo.
enum class Hidden : int { no = 0, virtual_table = 1, generated_virtual = 2, generated_stored = 3 };

SchemaPart column_part(SQLite::Statement& row, const TableDefinition& definition) {
  const std::string name = row.getColumn(kName).getString();
  const std::string type = row.getColumn(kType).getString();
  const auto declared = std::ranges::find(definition.columns, name, &DeclaredColumn::name);
  std::string meaning = normalised(tokenize(type));
  std::string display = "column " + readable_name(name);
  if (!type.empty()) display += " " + type;
  const auto add = [&](const std::string& text, const std::string& shown) {
    meaning += " | " + text;
    display += " " + shown;
  };
  if (row.getColumn(kNotNull).getInt() != 0) add("not null", "NOT NULL");
  if (const SQLite::Column value = row.getColumn(kDefault); !value.isNull()) {
    add("default " + default_meaning(value.getString()), "DEFAULT " + value.getString());
  }
  if (const int position = row.getColumn(kPrimaryKey).getInt(); position != 0) {
    meaning += fmt::format(" | primary key {}", position);
  }
  const auto hidden = static_cast<Hidden>(row.getColumn(kHidden).getInt());
  if (declared == definition.columns.end()) return {"column " + name, meaning, display};
  if (!declared->not_null_conflict.empty()) {
    add("conflict " + declared->not_null_conflict, "ON CONFLICT " + declared->not_null_conflict);
  }
  if (!declared->collation.empty()) {
    add("collate " + declared->collation, "COLLATE " + declared->collation);
  }
  if (hidden == Hidden::generated_virtual || hidden == Hidden::generated_stored) {
    const char* const kept = hidden == Hidden::generated_stored ? "STORED" : "VIRTUAL";
    add(fmt::format("as {} {}", declared->generated, kept),
        fmt::format("AS ({}) {}", declared->generated, kept));
  }
  return {"column " + name, meaning, display};
}

SchemaPart constraint_part(const DeclaredConstraint& constraint) {
  const std::string label =
      constraint.name.empty() ? constraint.meaning : "CONSTRAINT " + constraint.name;
  return {label, constraint.meaning, constraint.display};
}

void add_option(bool on, const char* option, std::vector<SchemaPart>& parts) {
  if (on) parts.push_back({option, option, option});
}

// What PRAGMA table_list says of a table.
struct TableFacts {
  std::string type;  // "table", "virtual", "shadow"
  bool without_rowid = false;
  bool strict = false;
};

// The pragmas are called as such: compiling the table-valued functions takes ten times as long.
std::map<std::string, TableFacts> read_table_facts(SQLite::Database& database) {
  std::map<std::string, TableFacts> tables;
  SQLite::Statement rows(database, "PRAGMA main.table_list");  // schema name type ncol wr strict
  while (rows.executeStep()) {
    tables[rows.getColumn(1).getString()] = {rows.getColumn(2).getString(),
                                             rows.getColumn(4).getInt() != 0,
                                             rows.getColumn(5).getInt() != 0};
  }
  return tables;
}

void read_table(SQLite::Database& database, const TableFacts& facts, SchemaObject& object) {
  const TableDefinition definition = parse_create_table(object.definition);
  SQLite::Statement columns(
      database, fmt::format("PRAGMA main.table_xinfo({})", quoted_identifier(object.name)));
  while (columns.executeStep()) object.parts.push_back(column_part(columns, definition));

  std::vector<SchemaPart> rest;
  for (const DeclaredConstraint& constraint : definition.constraints) {
    // Whether a column is NOT NULL its own part says; here only the name would be news.
    const bool news =
        constraint.kind != DeclaredConstraint::Kind::not_null || !constraint.name.empty();
    if (news) rest.push_back(constraint_part(constraint));
  }
  add_option(facts.strict, "STRICT", rest);
  add_option(facts.without_rowid, "WITHOUT ROWID", rest);
  add_option(definition.autoincrement, "AUTOINCREMENT", rest);
  std::ranges::sort(rest, {},
                    [](const SchemaPart& part) { return std::tie(part.label, part.meaning); });
  object.parts.insert(object.parts.end(), rest.begin(), rest.end());
}

// CREATE [UNIQUE] INDEX name ON … without `CREATE … IF NOT EXISTS name`, which are told apart by
// kind and name already.
SchemaPart definition_part(const SchemaObject& object) {
  const std::vector<Token> tokens = tokenize(object.definition);
  std::vector<Token> kept;
  bool named = false;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (!named) {
      const bool noise = is_keyword(token, "if") || is_keyword(token, "not") ||
                         is_keyword(token, "exists") || is_keyword(token, object.kind);
      named = !noise && !is_keyword(token, "unique") && !is_keyword(token, "virtual") &&
              !is_symbol(token, ".") && to_lower(unquoted(token)) == to_lower(object.name);
      if (noise || named) continue;
    }
    if (object.kind == "index" && is_keyword(token, "asc")) continue;  // the default
    kept.push_back(token);
  }
  return {"definition", normalised(kept), readable(kept)};
}

int rank(const SchemaObject& object) {
  if (object.kind == "table") return 0;
  if (object.kind == "index") return 1;
  return object.kind == "view" ? 2 : 3;
}

}  // namespace

Schema read_schema(SQLite::Database& database) {
  Schema schema;
  std::map<std::string, TableFacts> tables = read_table_facts(database);
  SQLite::Statement rows(database,
                         "SELECT type, name, tbl_name, sql FROM main.sqlite_schema "
                         "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (rows.executeStep()) {
    SchemaObject object;
    object.kind = rows.getColumn(0).getString();
    object.name = rows.getColumn(1).getString();
    object.definition = rows.getColumn(3).getString();
    const TableFacts facts = object.kind == "table" ? tables[object.name] : TableFacts();
    if (facts.type == "shadow") continue;
    if (object.kind == "index" || object.kind == "trigger") {
      object.table = rows.getColumn(2).getString();
    }
    if (object.kind == "table" && facts.type != "virtual") {
      read_table(database, facts, object);
    } else {
      object.parts.push_back(definition_part(object));
    }
    schema.objects.push_back(std::move(object));
  }
  std::ranges::sort(schema.objects, [](const SchemaObject& a, const SchemaObject& b) {
    return std::pair(rank(a), std::string_view(a.name)) <
           std::pair(rank(b), std::string_view(b.name));
  });
  return schema;
}

}  // namespace baseline::sqlite
