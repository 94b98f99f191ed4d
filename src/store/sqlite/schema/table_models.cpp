#include "store/sqlite/schema/table_models.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/schema/constraints.hpp"
#include "store/sqlite/sql/samples.hpp"
#include "store/sqlite/sql/table_definition.hpp"
#include "store/sqlite/sql/tokenizer.hpp"
#include "store/sqlite/sql/trigger_definition.hpp"

namespace baseline::sqlite {
namespace {

using Fits = ColumnModel::Fits;
using ModelKind = ConstraintModel::Kind;

bool has_text(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Dates and truth values are conventions of the applications, the rest is the affinity
// (https://www.sqlite.org/datatype3.html).
Fits fits_of(const std::string& declared) {
  const std::string type = to_lower(declared);
  if (type.empty() || type == "any") return Fits::any;
  if (has_text(type, "datetime") || has_text(type, "timestamp")) return Fits::date_time;
  if (type == "date") return Fits::date;
  if (type == "time") return Fits::time;
  if (has_text(type, "bool")) return Fits::boolean;
  if (has_text(type, "json")) return Fits::json;
  if (has_text(type, "int")) return Fits::integer;
  if (has_text(type, "char") || has_text(type, "clob") || has_text(type, "text")) return Fits::text;
  if (has_text(type, "blob")) return Fits::blob;
  if (has_text(type, "real") || has_text(type, "floa") || has_text(type, "doub")) return Fits::real;
  return Fits::number;
}

// A literal, or an expression of literals only: the same value each time.
bool is_fixed(std::string_view default_sql) {
  const std::vector<Token> tokens = tokenize(default_sql);
  return std::ranges::all_of(tokens, [](const Token& token) {
    return token.kind != Token::Kind::word || is_keyword(token, "null") ||
           is_keyword(token, "true") || is_keyword(token, "false");
  });
}

/// What a CREATE TABLE, the pragmas and the indexes say about one table, while it is read.
class TableReader {
 public:
  TableReader(SQLite::Database& database, TableModel& table, const std::string& definition,
              bool strict)
      : database_(database),
        table_(table),
        definition_(parse_create_table(definition)),
        strict_(strict) {}

  void read(const std::vector<Constraint>& constraints) {
    read_columns();
    if (table_.kind != TableModel::Kind::table) return;
    read_bare_columns();
    read_dependencies();
    add_constraints(constraints);
    if (strict_) add_strict_types();
    add_rowid_type();
  }

  std::vector<std::string> column_names() const {
    std::vector<std::string> out;
    for (const ColumnModel& column : table_.columns) out.push_back(column.name);
    return out;
  }

 private:
  void read_columns() {
    SQLite::Statement rows(database_,
                           "SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                           "FROM pragma_table_xinfo(?, 'main')");
    rows.bind(1, table_.name);
    int keys = 0;
    while (rows.executeStep()) {
      constexpr int kHiddenOfVirtualTable = 1;
      const int hidden = rows.getColumn(5).getInt();
      if (hidden == kHiddenOfVirtualTable) continue;
      ColumnModel column;
      column.name = rows.getColumn(0).getString();
      column.sql = readable_name(column.name);
      types_.push_back(rows.getColumn(1).getString());
      column.type = types_.back();
      column.fits = fits_of(column.type);
      column.not_null = rows.getColumn(2).getInt() != 0;
      column.generated = hidden != 0;
      if (const SQLite::Column value = rows.getColumn(3); !value.isNull()) {
        column.default_sql = value.getString();
        column.has_default = true;
        column.default_is_fixed = is_fixed(column.default_sql);
      }
      column.key_position = rows.getColumn(4).getInt();
      keys += column.key_position != 0 ? 1 : 0;
      table_.columns.push_back(std::move(column));
    }
    if (keys == 1) mark_rowid();
  }

  // INTEGER PRIMARY KEY, but for the quirk of DESC in the column and for WITHOUT ROWID.
  void mark_rowid() {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      ColumnModel& column = table_.columns[i];
      if (column.key_position == 0 || to_lower(types_[i]) != "integer") continue;
      SQLite::Statement index(database_,
                              "SELECT count(*) FROM pragma_index_list(?, 'main') "
                              "WHERE origin = 'pk'");
      index.bind(1, table_.name);
      index.executeStep();
      column.is_rowid = index.getColumn(0).getInt() == 0;
      if (column.is_rowid) column.not_null = false;  // the engine makes a value for NULL
    }
  }

  const DeclaredColumn* declared(const std::string& name) const {
    const auto found = std::ranges::find(definition_.columns, name, &DeclaredColumn::name);
    return found == definition_.columns.end() ? nullptr : &*found;
  }

  void read_bare_columns() {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const ColumnModel& column = table_.columns[i];
      std::string text = quoted_identifier(column.name);
      if (!types_[i].empty() && to_lower(types_[i]) != "any") {
        text += " " + quoted_identifier(types_[i]);
      }
      const DeclaredColumn* const written = declared(column.name);
      if (written != nullptr && !written->collation.empty()) {
        text += " COLLATE " + quoted_identifier(written->collation);
      }
      if (written != nullptr && column.generated) text += " AS (" + written->generated + ")";
      out.push_back(std::move(text));
    }
    table_.bare_columns = "(" + join(out, ", ") + ")";
  }

  // Which columns a generated column is made of, through other generated ones.
  void read_dependencies() {
    const std::vector<std::string> names = column_names();
    for (const ColumnModel& column : table_.columns) {
      if (!column.generated) continue;
      const DeclaredColumn* const written = declared(column.name);
      if (written == nullptr) continue;
      made_of_[column.name] = columns_in(tokenize(written->generated), names);
    }
  }

  // The columns that can be written in place of these.
  std::vector<std::string> writable(const std::vector<std::string>& columns) const {
    std::vector<std::string> out;
    std::set<std::string> seen;
    std::vector<std::string> open(columns.rbegin(), columns.rend());
    while (!open.empty()) {
      const std::string column = open.back();
      open.pop_back();
      if (!seen.insert(column).second) continue;
      const auto parts = made_of_.find(column);
      if (parts == made_of_.end()) {
        out.push_back(column);
      } else {
        open.insert(open.end(), parts->second.rbegin(), parts->second.rend());
      }
    }
    return out;
  }

  ConditionModel condition(const std::string& sql) const {
    ConditionModel out;
    out.sql = sql;
    const std::vector<Token> tokens = tokenize(sql);
    const std::vector<std::string> names = column_names();
    out.columns = writable(columns_in(tokens, names));
    std::map<std::string, ColumnSamples> samples;
    const auto add = [](std::vector<Value>& to, const std::vector<Value>& values) {
      for (const Value& value : values) {
        if (std::ranges::find(to, value) == to.end()) to.push_back(value);
      }
    };
    const auto collect = [&](const std::vector<ColumnSamples>& found) {
      for (const ColumnSamples& column : found) {
        for (const std::string& base : writable({column.column})) {
          add(samples[base].values, column.values);
          // What a computed column is compared with is no value of those that it is made of.
          if (base == column.column) add(samples[base].named, column.named);
        }
        add(out.all_samples, column.values);
      }
    };
    collect(samples_of(tokens, names));
    // What a generated column says about those it is made of: instr(email, '@').
    for (const std::string& column : columns_in(tokens, names)) {
      if (const DeclaredColumn* const written = declared(column); made_of_.contains(column)) {
        const std::vector<Token> generated = tokenize(written->generated);
        collect(samples_of(generated, names));
      }
    }
    for (auto& [column, found] : samples) {
      found.column = column;
      out.samples.push_back(std::move(found));
    }
    return out;
  }

  void add_constraints(const std::vector<Constraint>& constraints) {
    std::map<std::string, int> names;
    for (const Constraint& constraint : constraints) ++names[to_lower(constraint.name)];
    std::size_t number = 0;
    for (const Constraint& constraint : constraints) {
      if (constraint.table != table_.name) continue;
      const DeclaredConstraint* const written =
          number < definition_.constraints.size() ? &definition_.constraints[number] : nullptr;
      ++number;
      ConstraintModel out = described(constraint, written);
      // The name alone would also mean the other one.
      const bool shared = names[to_lower(constraint.name)] > 1;
      out.by = constraint.name.empty() || shared
                   ? reference_to(constraint)
                   : ConstraintRef{ConstraintRef::Kind::name, constraint.name};
      table_.constraints.push_back(std::move(out));
    }
  }

  ConstraintModel described(const Constraint& constraint, const DeclaredConstraint* written) {
    ConstraintModel out;
    out.name = constraint.name;
    out.display = constraint.display;
    out.columns = constraint.columns;
    switch (constraint.kind) {
      case Constraint::Kind::check:
        out.kind = ModelKind::check;
        out.condition = condition(constraint.expression);
        out.columns = out.condition.columns;
        break;
      case Constraint::Kind::not_null:
        out.kind = ModelKind::not_null;
        describe_not_null(out);
        break;
      case Constraint::Kind::primary_key:
        out.kind = ModelKind::primary_key;
        describe_key(written, out);
        break;
      case Constraint::Kind::unique:
        out.kind = ModelKind::unique;
        describe_key(written, out);
        if (written == nullptr) describe_index(out);
        break;
      case Constraint::Kind::foreign_key:
        out.kind = ModelKind::foreign_key;
        describe_foreign_key(out);
        break;
    }
    return out;
  }

  void describe_not_null(ConstraintModel& out) {
    const std::string& column = out.columns.front();
    const DeclaredColumn* const written = declared(column);
    if (written != nullptr) out.on_conflict = written->not_null_conflict;
    if (!made_of_.contains(column)) return;
    out.condition = condition(readable_name(column) + " IS NOT NULL");
    out.columns = out.condition.columns;
  }

  void describe_key(const DeclaredConstraint* written, ConstraintModel& out) {
    constexpr std::string_view kConflict = " ON CONFLICT ";
    if (written != nullptr) {
      const std::size_t at = written->display.rfind(kConflict);
      if (at != std::string::npos) out.on_conflict = written->display.substr(at + kConflict.size());
    }
    out.key = join(out.columns, ", ");
    out.plain_columns = std::ranges::none_of(
        out.columns, [&](const std::string& column) { return made_of_.contains(column); });
    out.columns = writable(out.columns);
  }

  // A unique index: CREATE UNIQUE INDEX i ON t (a, lower(b)) WHERE c.
  void describe_index(ConstraintModel& out) {
    SQLite::Statement definition(
        database_, "SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?");
    definition.bind(1, out.name);
    if (!definition.executeStep()) return;
    const std::string sql = definition.getColumn(0).getString();
    const std::vector<Token> tokens = tokenize(sql);
    const std::vector<std::string> names = column_names();
    const auto open =
        std::ranges::find_if(tokens, [](const Token& t) { return is_symbol(t, "("); });
    auto close = open;
    int depth = 0;
    for (; close != tokens.end(); ++close) {
      if (is_symbol(*close, "(")) ++depth;
      if (is_symbol(*close, ")") && --depth == 0) break;
    }
    const bool expression = std::ranges::find(out.columns, "(expression)") != out.columns.end();
    if (expression) {
      out.plain_columns = false;
      out.columns = writable(columns_in(Tokens(open, close), names));
      // Which texts an expression takes its values from.
      out.condition.samples = samples_of(Tokens(open, close), names);
    }
    for (auto token = close; token != tokens.end(); ++token) {
      if (!is_keyword(*token, "where")) continue;
      const std::size_t begin = token->end();
      out.condition = condition(std::string(trimmed(std::string_view(sql).substr(begin))));
      break;
    }
  }

  void describe_foreign_key(ConstraintModel& out) {
    SQLite::Statement keys(database_,
                           "SELECT id, \"table\", \"from\", \"to\", lower(on_delete), "
                           "lower(on_update) "
                           "FROM pragma_foreign_key_list(?, 'main') ORDER BY id DESC, seq");
    keys.bind(1, table_.name);
    std::map<int, ConstraintModel, std::greater<>> found;  // SQLite counts from the last declared
    while (keys.executeStep()) {
      ConstraintModel& key = found[keys.getColumn(0).getInt()];
      key.parent = keys.getColumn(1).getString();
      key.columns.push_back(keys.getColumn(2).getString());
      if (const SQLite::Column to = keys.getColumn(3); !to.isNull()) {
        key.parent_columns.push_back(to.getString());
      }
      key.on_delete = keys.getColumn(4).getString();
      key.on_update = keys.getColumn(5).getString();
    }
    for (const auto& [id, key] : found) {
      if (!same_names(key.columns, out.columns) || used_keys_.contains(id)) continue;
      used_keys_.insert(id);
      out.parent = key.parent;
      out.parent_columns = key.parent_columns;
      out.on_delete = key.on_delete;
      out.on_update = key.on_update;
      break;
    }
  }

  static bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::equal(a, b, [](const std::string& x, const std::string& y) {
      return to_lower(x) == to_lower(y);
    });
  }

  // Types are constraints like others: typeof(c) must be one of these.
  void add_type(const ColumnModel& column, std::string_view classes, std::vector<Value> wrong) {
    ConstraintModel out;
    out.kind = ModelKind::type;
    out.columns = {column.name};
    const std::string text = fmt::format("{}.{}", table_.sql, column.sql);
    out.display = "type of " + text;
    out.by = {ConstraintRef::Kind::type, text};
    out.condition.sql = fmt::format("typeof({}) IN ({}, 'null')", column.sql, classes);
    out.condition.columns = out.columns;
    out.condition.samples = {{column.name, wrong, {}}};
    out.condition.all_samples = std::move(wrong);
    table_.constraints.push_back(std::move(out));
  }

  void add_strict_types() {
    const Value text = std::string("text");
    const Value blob = Blob{std::byte{0}};
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const ColumnModel& column = table_.columns[i];
      const std::string type = to_lower(types_[i]);
      if (column.generated || column.is_rowid) continue;
      if (type == "int" || type == "integer") add_type(column, "'integer'", {text, 1.5});
      if (type == "real") add_type(column, "'real'", {text});
      if (type == "text") add_type(column, "'text'", {blob});
      if (type == "blob") add_type(column, "'blob'", {text, std::int64_t{1}});
    }
  }

  void add_rowid_type() {
    for (const ColumnModel& column : table_.columns) {
      if (column.is_rowid) add_type(column, "'integer'", {std::string("text"), 1.5});
    }
  }

  SQLite::Database& database_;
  TableModel& table_;
  TableDefinition definition_;
  bool strict_;
  std::vector<std::string> types_;
  std::map<std::string, std::vector<std::string>> made_of_;
  std::set<int> used_keys_;
};

void read_triggers(SQLite::Database& database, const std::vector<std::string>& columns,
                   TableModel& table) {
  SQLite::Statement rows(database,
                         "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' "
                         "AND tbl_name = ? COLLATE NOCASE ORDER BY rowid");
  rows.bind(1, table.name);
  while (rows.executeStep()) {
    const std::string sql = rows.getColumn(1).getString();
    if (auto trigger = parse_create_trigger(sql, rows.getColumn(0).getString(), columns)) {
      table.triggers.push_back(*std::move(trigger));
    }
  }
}

// A foreign key without columns refers to the primary key of the parent, whatever its case.
void resolve_parents(std::vector<TableModel>& tables) {
  for (TableModel& table : tables) {
    for (ConstraintModel& key : table.constraints) {
      if (key.kind != ModelKind::foreign_key) continue;
      const auto parent = std::ranges::find_if(tables, [&](const TableModel& other) {
        return to_lower(other.name) == to_lower(key.parent);
      });
      if (parent == tables.end()) continue;
      key.parent = parent->name;
      if (key.parent_columns.empty()) {
        std::map<int, std::string> columns;
        for (const ColumnModel& column : parent->columns) {
          if (column.key_position > 0) columns[column.key_position] = column.name;
        }
        for (const auto& [position, name] : columns) key.parent_columns.push_back(name);
      }
      for (std::string& name : key.parent_columns) {
        if (const ColumnModel* const column = parent->column(name)) name = column->name;
      }
    }
  }
}

}  // namespace

std::vector<TableModel> read_tables(SQLite::Database& database) {
  const std::vector<Constraint> constraints = read_constraints(database);
  SQLite::Statement rows(
      database,
      "SELECT s.name, s.sql, l.type, l.strict FROM main.sqlite_schema AS s "
      "JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name "
      "WHERE s.type IN ('table', 'view') AND l.type <> 'shadow' "
      "AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
      "ORDER BY CASE l.type WHEN 'table' THEN 0 WHEN 'virtual' THEN 1 ELSE 2 END, s.rowid");
  std::vector<TableModel> out;
  while (rows.executeStep()) {
    TableModel& table = out.emplace_back();
    table.name = rows.getColumn(0).getString();
    table.sql = readable_name(table.name);
    const std::string type = rows.getColumn(2).getString();
    if (type == "virtual") table.kind = TableModel::Kind::virtual_table;
    if (type == "view") table.kind = TableModel::Kind::view;
    TableReader reader(database, table, rows.getColumn(1).getString(),
                       rows.getColumn(3).getInt() != 0);
    try {
      reader.read(constraints);
    } catch (const SQLite::Exception&) {
      // A view over what is not there, or a module that only the application has, tells no columns.
      if (table.kind == TableModel::Kind::table) throw;
    }
    read_triggers(database, reader.column_names(), table);
  }
  resolve_parents(out);
  return out;
}

}  // namespace baseline::sqlite
