#include "store/sqlite/schema/constraints.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/schema/indexes.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using ConstraintKind = Constraint::Kind;
using RefKind = ConstraintRef::Kind;

constexpr std::string_view kCheckFailed = "CHECK constraint failed: ";

std::string normalised_sql(std::string_view sql) { return normalised(tokenize(sql)); }

// How SQLite writes columns in its messages: t.a, t.b, without quotes whatever the names are.
std::string message_columns(const Constraint& constraint) {
  std::vector<std::string> out;
  for (const std::string& column : constraint.columns) {
    out.push_back(fmt::format("{}.{}", constraint.table, column));
  }
  return join(out, ", ");
}

// t(a, b), as `by` is written.
std::string table_and_columns(const Constraint& constraint) {
  std::vector<std::string> names;
  for (const std::string& column : constraint.columns) names.push_back(readable_name(column));
  return fmt::format("{}({})", readable_name(constraint.table), join(names, ", "));
}

std::string table_dot_column(const Constraint& constraint) {
  return constraint.columns.empty() ? readable_name(constraint.table)
                                    : fmt::format("{}.{}", readable_name(constraint.table),
                                                  readable_name(constraint.columns.front()));
}

// Fills in what is said about the constraint.
Constraint with_description(Constraint constraint) {
  const std::string& name = constraint.name;
  const std::string space = name.empty() ? "" : " ";
  const std::string columns = "(" + join(constraint.columns, ", ") + ")";
  switch (constraint.kind) {
    case ConstraintKind::check:
      constraint.message = fmt::format("{}{}", kCheckFailed, name);
      constraint.display =
          name.empty() ? fmt::format("CHECK ({})", readable(tokenize(constraint.expression)))
                       : "CHECK " + name;
      break;
    case ConstraintKind::not_null:
      constraint.message = "NOT NULL constraint failed: " + message_columns(constraint);
      constraint.display = "NOT NULL " + table_dot_column(constraint);
      break;
    case ConstraintKind::unique:
      constraint.message = "UNIQUE constraint failed: " + message_columns(constraint);
      constraint.display = name.empty() ? "UNIQUE " + table_and_columns(constraint)
                                        : fmt::format("UNIQUE {} {}", name, columns);
      break;
    case ConstraintKind::primary_key:
      constraint.message = "UNIQUE constraint failed: " + message_columns(constraint);
      constraint.display = fmt::format("PRIMARY KEY {}{}{} {}", name, space,
                                       readable_name(constraint.table), columns);
      break;
    case ConstraintKind::foreign_key:
      constraint.display = fmt::format("FOREIGN KEY {}{}{} {}", name, space,
                                       readable_name(constraint.table), columns);
      break;
  }
  return constraint;
}

struct ConstraintFacts {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::string> not_null;  // as SQLite sees it, WITHOUT ROWID keys included
};

ConstraintFacts read_facts(SQLite::Database& database, const std::string& table) {
  ConstraintFacts facts{table, {}, {}};
  SQLite::Statement rows(database, "SELECT name, \"notnull\" FROM pragma_table_xinfo(?, 'main')");
  rows.bind(1, table);
  while (rows.executeStep()) {
    facts.columns.push_back(rows.getColumn(0).getString());
    if (rows.getColumn(1).getInt() != 0) facts.not_null.push_back(facts.columns.back());
  }
  return facts;
}

// Messages spell columns as the table does, whatever the constraint wrote.
std::string spelt(const ConstraintFacts& facts, const std::string& column) {
  const auto found = std::ranges::find_if(
      facts.columns, [&](const std::string& name) { return same_name(name, column); });
  return found == facts.columns.end() ? column : *found;
}

void add_declared(const ConstraintFacts& facts, const TableDefinition& definition,
                  std::vector<Constraint>& out) {
  std::vector<std::string> named;  // NOT NULL columns whose constraint has a name
  for (const DeclaredConstraint& declared : definition.constraints) {
    Constraint constraint;
    constraint.kind = declared.kind;
    constraint.table = facts.name;
    constraint.name = declared.name;
    constraint.expression = declared.expression;
    for (const std::string& column : declared.columns) {
      constraint.columns.push_back(spelt(facts, column));
    }
    if (declared.kind == ConstraintKind::not_null) named.push_back(constraint.columns.front());
    out.push_back(with_description(std::move(constraint)));
  }
  for (const std::string& column : facts.not_null) {
    if (std::ranges::find(named, column) != named.end()) continue;
    out.push_back(
        with_description({ConstraintKind::not_null, facts.name, {}, {column}, {}, {}, {}}));
  }
}

void add_unique_indexes(SQLite::Database& database, const std::string& table,
                        std::vector<Constraint>& out) {
  SQLite::Statement indexes(database,
                            "SELECT name FROM pragma_index_list(?, 'main') "
                            "WHERE \"unique\" AND origin = 'c'");
  indexes.bind(1, table);
  while (indexes.executeStep()) {
    Constraint constraint;
    constraint.kind = ConstraintKind::unique;
    constraint.table = table;
    constraint.name = indexes.getColumn(0).getString();
    bool expression = false;
    SQLite::Statement columns(database, "SELECT cid, name FROM pragma_index_info(?, 'main')");
    columns.bind(1, constraint.name);
    while (columns.executeStep()) {
      constexpr int kExpression = -2;
      expression = expression || columns.getColumn(0).getInt() == kExpression;
      const SQLite::Column name = columns.getColumn(1);
      constraint.columns.push_back(name.isNull() ? "(expression)" : name.getString());
    }
    constraint = with_description(std::move(constraint));
    if (expression) {
      std::string quoted;
      for (const char c : constraint.name) quoted += c == '\'' ? "''" : std::string(1, c);
      constraint.message = fmt::format("UNIQUE constraint failed: index '{}'", quoted);
    }
    out.push_back(std::move(constraint));
  }
}

// An unnamed CHECK is reported with the text of its expression. SQLite takes that for a name, so of
// an expression that begins with a quote only the quoted part is left.
bool check_reported(const Constraint& constraint, std::string_view message) {
  if (!constraint.name.empty()) return constraint.message == message;
  const std::string_view text = message.substr(kCheckFailed.size());
  const std::optional<Token> first = next_token(constraint.expression, 0);
  if (!first) return false;
  const bool quoted = first->kind == Token::Kind::quoted_name || first->kind == Token::Kind::string;
  return quoted ? unquoted(*first) == text
                : normalised_sql(constraint.expression) == normalised_sql(text);
}

/// t, t.c or t(a, b), taken apart.
struct TableColumns {
  std::string table;
  std::vector<std::string> columns;
};

std::optional<TableColumns> parse_reference(std::string_view text) {
  const std::vector<Token> tokens = tokenize(text);
  const auto is_name = [](const Token& token) {
    return token.kind == Token::Kind::word || token.kind == Token::Kind::quoted_name;
  };
  if (tokens.empty() || !is_name(tokens.front())) return std::nullopt;
  TableColumns out{unquoted(tokens.front()), {}};
  if (tokens.size() == 1) return out;
  if (tokens.size() == 3 && is_symbol(tokens[1], ".") && is_name(tokens[2])) {
    out.columns.push_back(unquoted(tokens[2]));
    return out;
  }
  if (!is_symbol(tokens[1], "(") || !is_symbol(tokens.back(), ")")) return std::nullopt;
  for (std::size_t i = 2; i + 1 < tokens.size(); i += 2) {
    const bool separated = i + 2 == tokens.size() || is_symbol(tokens[i + 1], ",");
    if (!is_name(tokens[i]) || !separated) return std::nullopt;
    out.columns.push_back(unquoted(tokens[i]));
  }
  return out;
}

bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
  for (std::string& name : a) name = to_lower(name);
  for (std::string& name : b) name = to_lower(name);
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

std::optional<ConstraintKind> constraint_kind(RefKind kind) {
  switch (kind) {
    case RefKind::not_null:
      return ConstraintKind::not_null;
    case RefKind::unique:
      return ConstraintKind::unique;
    case RefKind::primary_key:
      return ConstraintKind::primary_key;
    case RefKind::foreign_key:
      return ConstraintKind::foreign_key;
    case RefKind::check:
      return ConstraintKind::check;
    case RefKind::name:
    case RefKind::trigger:
    case RefKind::type:
      return std::nullopt;
  }
  return std::nullopt;
}

// A constraint as `by` of this kind would name it.
std::string reference_text(const Constraint& constraint, RefKind kind) {
  switch (kind) {
    case RefKind::name:
      return constraint.name;
    case RefKind::not_null:
      return table_dot_column(constraint);
    case RefKind::unique:
    case RefKind::foreign_key:
      return table_and_columns(constraint);
    case RefKind::primary_key:
      return readable_name(constraint.table);
    case RefKind::check:
      return readable(tokenize(constraint.expression));
    case RefKind::trigger:
    case RefKind::type:
      return {};
  }
  return {};
}

}  // namespace

std::vector<Constraint> read_constraints(SQLite::Database& database) {
  std::vector<Constraint> out;
  SQLite::Statement tables(database,
                           "SELECT s.name, s.sql FROM main.sqlite_schema AS s "
                           "JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name "
                           "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                           // Those of a virtual table nobody else can write.
                           "AND l.type <> 'shadow' ORDER BY s.rowid");
  while (tables.executeStep()) {
    const TableDefinition definition = parse_create_table(tables.getColumn(1).getString());
    if (definition.columns.empty()) continue;  // a virtual table declares no constraints
    const ConstraintFacts facts = read_facts(database, tables.getColumn(0).getString());
    add_declared(facts, definition, out);
    add_unique_indexes(database, facts.name, out);
  }
  return out;
}

std::vector<const Constraint*> reported(const std::vector<Constraint>& all, int code,
                                        std::string_view message) {
  std::vector<const Constraint*> out;
  for (const Constraint& constraint : all) {
    bool match = false;
    switch (constraint.kind) {
      case ConstraintKind::check:
        match = code == SQLITE_CONSTRAINT_CHECK && message.starts_with(kCheckFailed) &&
                check_reported(constraint, message);
        break;
      case ConstraintKind::not_null:
        match = code == SQLITE_CONSTRAINT_NOTNULL && constraint.message == message;
        break;
      case ConstraintKind::unique:
        match = code == SQLITE_CONSTRAINT_UNIQUE && constraint.message == message;
        break;
      case ConstraintKind::primary_key:
        match = (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) &&
                constraint.message == message;
        break;
      case ConstraintKind::foreign_key:
        break;  // the message does not say which
    }
    if (match) out.push_back(&constraint);
  }
  return out;
}

std::string describe_rejection(const std::vector<Constraint>& all, int code,
                               const std::string& message, bool with_text) {
  std::vector<std::string> out;
  for (const Constraint* constraint : reported(all, code, message)) {
    std::string shown = constraint->display;
    if (with_text && constraint->kind == ConstraintKind::check && !constraint->name.empty()) {
      shown += fmt::format(" ({})", readable(tokenize(constraint->expression)));
    }
    if (std::ranges::find(out, shown) == out.end()) out.push_back(std::move(shown));
  }
  if (!out.empty()) return join(out, " or ");
  if (code == SQLITE_CONSTRAINT_FOREIGNKEY) return "a FOREIGN KEY";
  if (code == SQLITE_CONSTRAINT_TRIGGER) return fmt::format("a trigger: {}", message);
  return message;  // a type, a virtual table: SQLite's words say more than we could
}

std::vector<Constraint> named_by(const std::vector<Constraint>& all, const ConstraintRef& by) {
  std::vector<Constraint> out;
  const std::optional<ConstraintKind> kind = constraint_kind(by.kind);
  const std::optional<TableColumns> reference =
      by.kind == RefKind::name ? std::nullopt : parse_reference(by.text);
  for (const Constraint& constraint : all) {
    if (by.kind == RefKind::name) {
      if (!constraint.name.empty() && same_name(constraint.name, by.text))
        out.push_back(constraint);
      continue;
    }
    if (!kind || constraint.kind != *kind) continue;
    if (*kind == ConstraintKind::check) {
      if (normalised_sql(constraint.expression) == normalised_sql(by.text)) {
        out.push_back(constraint);
      }
      continue;
    }
    if (!reference || !same_name(reference->table, constraint.table)) continue;
    const bool any_columns = *kind == ConstraintKind::primary_key && reference->columns.empty();
    if (any_columns || same_columns(reference->columns, constraint.columns)) {
      out.push_back(constraint);
    }
  }
  return out;
}

std::string name_or_columns(const Constraint& constraint) {
  return constraint.name.empty() ? table_and_columns(constraint) : constraint.name;
}

ConstraintRef reference_to(const Constraint& constraint) {
  const auto by = [&](RefKind kind) {
    return ConstraintRef{kind, reference_text(constraint, kind)};
  };
  switch (constraint.kind) {
    case ConstraintKind::not_null:
      return by(RefKind::not_null);
    case ConstraintKind::unique:
      return by(RefKind::unique);
    case ConstraintKind::primary_key:
      return by(RefKind::primary_key);
    case ConstraintKind::foreign_key:
      return by(RefKind::foreign_key);
    case ConstraintKind::check:
      return by(RefKind::check);
  }
  return {};
}

std::vector<std::string> available_for(const std::vector<Constraint>& all, RefKind kind) {
  std::vector<std::string> out;
  const std::optional<ConstraintKind> wanted = constraint_kind(kind);
  for (const Constraint& constraint : all) {
    if (wanted ? constraint.kind != *wanted : kind != RefKind::name) continue;
    const std::string text = reference_text(constraint, kind);
    if (!text.empty() && std::ranges::find(out, text) == out.end()) out.push_back(text);
  }
  return out;
}

}  // namespace baseline::sqlite
