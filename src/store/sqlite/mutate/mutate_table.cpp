#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/mutate/mutate_expression.hpp"
#include "store/sqlite/mutate/mutate_statement.hpp"

namespace baseline::sqlite {
namespace {

using ClauseKind = ClauseShape::Kind;
using Effect = MutantEffect;

bool has_part(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What becomes of values (https://www.sqlite.org/datatype3.html): whole numbers and other numbers
// differ in nothing that is stored.
enum class Affinity { number, text, real, none };

Affinity affinity_of(std::string_view written) {
  const std::string type = to_lower(written);
  if (has_part(type, "int")) return Affinity::number;
  if (has_part(type, "char") || has_part(type, "clob") || has_part(type, "text")) {
    return Affinity::text;
  }
  if (type.empty() || has_part(type, "blob") || type == "any") return Affinity::none;
  if (has_part(type, "real") || has_part(type, "floa") || has_part(type, "doub")) {
    return Affinity::real;
  }
  return Affinity::number;
}

// One type of each other affinity, which a STRICT table may have too; the first is furthest from
// it.
std::vector<std::string> other_types(Affinity affinity) {
  switch (affinity) {
    case Affinity::number:
      return {"TEXT", "REAL", "BLOB"};
    case Affinity::text:
      return {"INTEGER", "BLOB"};
    case Affinity::real:
      return {"TEXT", "INTEGER", "BLOB"};
    case Affinity::none:
      return {"TEXT", "INTEGER"};
  }
  return {};
}

// The one column that is the rowid, or nothing.
std::string rowid_column(const TableShape& table, const Script& script) {
  if (!table.without_rowid.empty()) return {};
  const auto is_integer = [&](const ColumnShape& column) {
    return to_lower(script.text(column.type)) == "integer";
  };
  for (const ColumnShape& column : table.columns) {
    for (const ClauseShape& clause : column.clauses) {
      if (clause.kind != ClauseKind::primary_key) continue;
      bool descending = false;
      for (std::size_t i = clause.whole.begin; i < clause.whole.end; ++i) {
        descending = descending || script.keyword(i, "desc");
      }
      return is_integer(column) && !descending ? column.name : std::string();
    }
  }
  for (const ClauseShape& clause : table.constraints) {
    if (clause.kind != ClauseKind::primary_key || clause.columns.size() != 1) continue;
    for (const ColumnShape& column : table.columns) {
      const bool same = to_lower(column.name) == to_lower(clause.columns.front());
      if (same && is_integer(column)) return column.name;
    }
  }
  return {};
}

std::vector<std::string> primary_key(const TableShape& table) {
  for (const ColumnShape& column : table.columns) {
    for (const ClauseShape& clause : column.clauses) {
      if (clause.kind == ClauseKind::primary_key) return clause.columns;
    }
  }
  for (const ClauseShape& clause : table.constraints) {
    if (clause.kind == ClauseKind::primary_key) return clause.columns;
  }
  return {};
}

std::string column_list(const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  out.reserve(columns.size());
  for (const std::string& column : columns) out.push_back(readable_name(column));
  return join(out, ", ");
}

class TableMutants {
 public:
  TableMutants(const TableShape& table, const std::vector<TableShape>& tables, MutantList& out)
      : table_(table),
        tables_(tables),
        out_(out),
        script_(out.script()),
        name_(readable_name(table.name)),
        rowid_(rowid_column(table, script_)) {
    // NOT NULL comes with the key here, whether it is written or not.
    if (table.without_rowid.empty() && table.strict.empty()) return;
    for (const std::string& column : primary_key(table)) never_null_.insert(to_lower(column));
  }

  void table() {
    out_.drop({MutantKind::table, Effect::content, "table " + name_}, table_.statement);
    for (const ColumnShape& column : table_.columns) {
      if (table_.columns.size() > 1) {
        out_.drop_part({MutantKind::column, Effect::content, "column " + place_of(column)},
                       column.whole);
      }
      this->column(column);
    }
    for (const ClauseShape& clause : table_.constraints) this->clause(clause, nullptr);
    option(table_.strict, "STRICT", Effect::laxer);
    option(table_.without_rowid, "WITHOUT ROWID", Effect::cost);
    order();
    more();
  }

  void column(const ColumnShape& column) {
    type(column);
    for (const ClauseShape& clause : column.clauses) this->clause(clause, &column);
    add_not_null(column);
    add_to(column);
  }

 private:
  std::string place_of(const ColumnShape& column) const {
    return name_ + "." + readable_name(column.name);
  }

  // The names and the order of the columns.
  void order() {
    out_.rename({MutantKind::table, Effect::content, "table " + name_}, name_at(),
                table_.statement);
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const ColumnShape& column = table_.columns[i];
      const Subject subject{MutantKind::column, Effect::content, "column " + place_of(column)};
      out_.rename(subject, column.name_at, table_.statement);
      if (i + 1 == table_.columns.size()) break;
      const ColumnShape& next = table_.columns[i + 1];
      out_.swap(subject, column.whole, next.whole,
                fmt::format("comes behind {}", readable_name(next.name)));
    }
  }

  std::size_t name_at() const {
    std::size_t at = table_.statement.begin;
    while (!script_.symbol(at, "(")) ++at;
    return at - 1;
  }

  // What only an addition can show: the table has more than it should have.
  void more() {
    const auto behind = [&](MutantKind kind, Effect effect, const std::string& sql,
                            const std::string& change) {
      out_.insert({kind, effect, "table " + name_}, table_.statement.end - 1, "; " + sql, change);
    };
    const std::string first = readable_name(table_.columns.front().name);
    const std::size_t last = table_.columns.back().whole.end - 1;
    out_.insert({MutantKind::column, Effect::content, "table " + name_}, last, ", extra_x TEXT",
                "column extra_x is added");
    behind(MutantKind::index, Effect::cost,
           fmt::format("CREATE INDEX extra_x ON {} ({})", name_, first), "an index is added");
    behind(MutantKind::view, Effect::content,
           fmt::format("CREATE VIEW extra_x AS SELECT * FROM {}", name_), "a view is added");
    for (const char* const event : {"INSERT", "UPDATE", "DELETE"}) {
      behind(
          MutantKind::trigger, Effect::stricter,
          fmt::format("CREATE TRIGGER extra_x BEFORE {} ON {} BEGIN SELECT RAISE(ABORT, 'x'); END",
                      event, name_),
          fmt::format("a trigger that rejects every {} is added", event));
    }
    const Subject subject{MutantKind::table, Effect::either, "table " + name_};
    const std::size_t end = table_.statement.end - 1;
    if (table_.strict.empty() && table_.without_rowid.empty()) {
      out_.insert(subject, end, "STRICT", "STRICT is added");
      if (!primary_key(table_).empty()) {
        out_.insert(subject.with(Effect::cost), end, "WITHOUT ROWID", "WITHOUT ROWID is added");
      }
    }
  }

  // Constraints that a column does not have.
  void add_to(const ColumnShape& column) {
    const auto has = [&](ClauseKind kind) {
      return std::ranges::any_of(column.clauses,
                                 [&](const ClauseShape& clause) { return clause.kind == kind; });
    };
    if (has(ClauseKind::generated)) return;
    const std::size_t last = column.whole.end - 1;
    const auto add = [&](MutantKind kind, Effect effect, std::string_view word,
                         const std::string& sql) {
      out_.insert({kind, effect, fmt::format("{} of {}", word, place_of(column))}, last, sql,
                  sql + " is added");
    };
    const std::string name = readable_name(column.name);
    const Affinity affinity = affinity_of(script_.text(column.type));
    const bool is_rowid = column.name == rowid_;
    const std::vector<std::string> key = primary_key(table_);
    const bool alone = has(ClauseKind::unique) || (key.size() == 1 && key.front() == column.name);
    if (!has(ClauseKind::default_value) && !is_rowid) {
      add(MutantKind::default_value, Effect::content, "DEFAULT",
          affinity == Affinity::text ? "DEFAULT 'x'" : "DEFAULT 1");
    }
    if (affinity == Affinity::text && !has(ClauseKind::collation)) {
      add(MutantKind::collation, Effect::either, "COLLATE", "COLLATE NOCASE");
    }
    if (!alone) add(MutantKind::unique, Effect::stricter, "UNIQUE", "UNIQUE");
    if (affinity == Affinity::text) {
      add(MutantKind::check, Effect::stricter, "CHECK",
          fmt::format("CHECK (length({}) < 2)", name));
    } else {
      add(MutantKind::check, Effect::stricter, "CHECK", fmt::format("CHECK ({} < 0)", name));
      add(MutantKind::check, Effect::stricter, "CHECK", fmt::format("CHECK ({} >= 0)", name));
    }
  }

  void option(Span option, const std::string& word, Effect effect) {
    if (option.empty()) return;
    out_.drop_part({MutantKind::table, effect, fmt::format("{} of {}", word, name_)}, option);
  }

  void type(const ColumnShape& column) {
    const Subject subject{MutantKind::type, Effect::content, "type of " + place_of(column)};
    for (const std::string& other : other_types(affinity_of(script_.text(column.type)))) {
      if (column.type.empty()) {
        out_.insert(subject, column.name_at, other, "no type becomes " + other);
      } else {
        out_.replace(subject, column.type, other);
      }
    }
  }

  bool can_be_null(const ColumnShape& column) const {
    return column.name != rowid_ && !never_null_.contains(to_lower(column.name));
  }

  void add_not_null(const ColumnShape& column) {
    const auto is = [](const ClauseShape& clause) {
      return clause.kind == ClauseKind::not_null || clause.kind == ClauseKind::generated;
    };
    if (!can_be_null(column) || std::ranges::any_of(column.clauses, is)) return;
    const std::size_t last = column.type.empty() ? column.name_at : column.type.end - 1;
    out_.insert({MutantKind::not_null, Effect::stricter, "NOT NULL of " + place_of(column)}, last,
                "NOT NULL", "added");
  }

  // What a clause is called: with its name, or else with what it holds.
  std::string described(const ClauseShape& clause, std::string_view word,
                        const std::string& content) const {
    if (!clause.name.empty()) {
      return fmt::format("{} {} of {}", word, readable_name(clause.name), name_);
    }
    return content.empty() ? fmt::format("{} of {}", word, name_)
                           : fmt::format("{} ({}) of {}", word, content, name_);
  }

  void clause(const ClauseShape& clause, const ColumnShape* column) {
    if (!clause.name.empty()) {
      const std::string element = fmt::format("CONSTRAINT {}", readable_name(clause.name));
      out_.rename({kind_of(clause.kind), Effect::content, element + " of " + name_},
                  clause.whole.begin + 1, {clause.whole.begin + 1, clause.whole.begin + 2});
    }
    switch (clause.kind) {
      case ClauseKind::not_null:
        if (can_be_null(*column)) {
          const Subject subject{MutantKind::not_null, Effect::laxer,
                                "NOT NULL of " + place_of(*column)};
          drop(subject, clause, column);
          conflict(subject, clause);
        }
        break;
      case ClauseKind::unique:
        key(clause, column, MutantKind::unique,
            described(clause, "UNIQUE", column_list(clause.columns)));
        break;
      case ClauseKind::primary_key:
        key(clause, column, MutantKind::primary_key, described(clause, "PRIMARY KEY", {}));
        break;
      case ClauseKind::check: {
        const Subject subject{MutantKind::check, Effect::laxer,
                              described(clause, "CHECK", shown(script_, clause.inner))};
        drop(subject, clause, column);
        mutate_expression(subject.with(Effect::either), clause.inner, out_);
        break;
      }
      case ClauseKind::foreign_key:
        foreign_key(clause, column);
        break;
      case ClauseKind::default_value:
        default_value(clause, "DEFAULT of " + place_of(*column));
        break;
      case ClauseKind::collation:
        out_.drop({MutantKind::collation, Effect::either, "COLLATE of " + place_of(*column)},
                  clause.whole);
        break;
      case ClauseKind::generated: {
        const Subject subject{MutantKind::generated, Effect::content, "AS of " + place_of(*column)};
        out_.drop(subject, clause.whole, "dropped: an ordinary column");
        mutate_expression(subject, clause.inner, out_);
        break;
      }
    }
  }

  static MutantKind kind_of(ClauseKind kind) {
    switch (kind) {
      case ClauseKind::not_null:
        return MutantKind::not_null;
      case ClauseKind::unique:
        return MutantKind::unique;
      case ClauseKind::primary_key:
        return MutantKind::primary_key;
      case ClauseKind::check:
        return MutantKind::check;
      case ClauseKind::foreign_key:
        return MutantKind::foreign_key;
      case ClauseKind::default_value:
        return MutantKind::default_value;
      case ClauseKind::collation:
        return MutantKind::collation;
      case ClauseKind::generated:
        return MutantKind::generated;
    }
    return MutantKind::check;
  }

  void drop(const Subject& subject, const ClauseShape& clause, const ColumnShape* column) {
    if (column == nullptr) {
      out_.drop_part(subject, clause.whole);
    } else {
      out_.drop(subject, clause.whole);
    }
  }

  void conflict(const Subject& subject, const ClauseShape& clause) {
    if (clause.conflict.empty() && clause.autoincrement.empty()) {
      out_.insert(subject.with(Effect::either), clause.whole.end - 1, "ON CONFLICT IGNORE",
                  "ON CONFLICT IGNORE is added");
    }
    out_.drop(subject.with(Effect::either), clause.conflict,
              fmt::format("{} is dropped", script_.text(clause.conflict)));
  }

  void key(const ClauseShape& clause, const ColumnShape* column, MutantKind kind,
           std::string element) {
    const Subject subject{kind, Effect::laxer, std::move(element)};
    drop(subject, clause, column);
    const std::vector<Span> parts = script_.parts(clause.list);
    mutate_order(subject.with(Effect::cost), parts, out_);
    for (const Span part : parts) {
      if (part.empty()) continue;
      const std::string name = readable_name(unquoted(script_[part.begin]));
      if (parts.size() > 1) {
        out_.drop_part(subject.with(Effect::stricter), part, fmt::format("without {}", name));
      }
      for (std::size_t i = part.begin; i + 1 < part.end; ++i) {
        if (!script_.keyword(i, "collate")) continue;
        out_.drop(subject.with(Effect::either), {i, i + 2},
                  fmt::format("{} without {}", name, script_.text({i, i + 2})));
      }
    }
    conflict(subject, clause);
    out_.drop(subject.with(Effect::content), clause.autoincrement, "AUTOINCREMENT is dropped");
    const bool is_rowid = clause.columns.size() == 1 && clause.columns.front() == rowid_;
    if (kind == MutantKind::primary_key && is_rowid && clause.autoincrement.empty() &&
        clause.conflict.empty()) {
      const std::size_t last = clause.list.empty() ? clause.whole.end - 1 : clause.list.end - 1;
      out_.insert(subject.with(Effect::content), last, "AUTOINCREMENT", "AUTOINCREMENT is added");
    }
  }

  void foreign_key(const ClauseShape& clause, const ColumnShape* column) {
    const Subject subject{MutantKind::foreign_key, Effect::laxer,
                          described(clause, "FOREIGN KEY", column_list(clause.columns))};
    drop(subject, clause, column);
    retarget(subject.with(Effect::either), clause);
    action(subject.with(Effect::either), clause.on_delete, clause, "ON DELETE");
    action(subject.with(Effect::either), clause.on_update, clause, "ON UPDATE");
    out_.drop(subject.with(Effect::stricter), clause.deferrable,
              fmt::format("{} is dropped", script_.text(clause.deferrable)));
    if (clause.deferrable.empty()) {
      const std::string words = "DEFERRABLE INITIALLY DEFERRED";
      out_.insert(subject, clause.whole.end - 1, words, words + " is added");
    }
  }

  // Points it at the key of the first other table that has one of as many columns.
  void retarget(const Subject& subject, const ClauseShape& clause) {
    for (const TableShape& other : tables_) {
      const std::vector<std::string> key = primary_key(other);
      if (to_lower(other.name) == to_lower(clause.parent_table) ||
          to_lower(other.name) == to_lower(table_.name) || key.size() != clause.columns.size()) {
        continue;
      }
      out_.replace(subject, clause.parent,
                   fmt::format("{} ({})", readable_name(other.name), column_list(key)));
      return;
    }
  }

  void action(const Subject& subject, Span written, const ClauseShape& clause,
              const std::string& event) {
    const std::string cascade = event + " CASCADE";
    if (written.empty()) {
      out_.insert(subject, clause.parent.end - 1, cascade, cascade + " is added");
    } else if (script_.keyword(written.end - 1, "cascade")) {
      out_.replace(subject, written, event + " NO ACTION");
      out_.replace(subject, written, event + " SET NULL");
    } else {
      out_.replace(subject, written, cascade);
    }
  }

  void default_value(const ClauseShape& clause, std::string element) {
    // DEFAULT NULL says what is said without it.
    if (clause.inner.empty() || script_.keyword(clause.inner.begin, "null")) return;
    const Subject subject{MutantKind::default_value, Effect::content, std::move(element)};
    out_.drop(subject, clause.whole);
    if (mutate_literal(subject, clause.inner, false, out_)) return;
    using TimeWord = std::pair<std::string_view, const char*>;
    constexpr std::array<TimeWord, 3> kTimes = {{{"current_timestamp", "CURRENT_DATE"},
                                                 {"current_date", "CURRENT_TIMESTAMP"},
                                                 {"current_time", "CURRENT_TIMESTAMP"}}};
    for (const auto& [word, other] : kTimes) {
      if (script_.keyword(clause.inner.begin, word)) out_.replace(subject, clause.inner, other);
    }
    mutate_expression(subject, clause.inner, out_);
  }

  const TableShape& table_;
  const std::vector<TableShape>& tables_;
  MutantList& out_;
  const Script& script_;
  std::string name_;
  std::string rowid_;
  std::set<std::string> never_null_;
};

}  // namespace

void mutate_table(const TableShape& table, const std::vector<TableShape>& tables, MutantList& out) {
  TableMutants(table, tables, out).table();
}

bool mutate_added_column(const std::vector<TableShape>& tables, Span statement, MutantList& out) {
  const Script& script = out.script();
  if (!script.keywords(statement.begin, "alter", "table")) return false;
  std::size_t add = statement.begin + 3;
  while (add < statement.end && !script.keyword(add, "add")) ++add;
  if (add + 1 >= statement.end) return false;
  TableShape table;
  table.name = unquoted(script[add - 1]);
  const std::size_t first = script.keyword(add + 1, "column") ? add + 2 : add + 1;
  if (first >= statement.end) return false;
  table.columns.push_back(column_shape(script, {first, statement.end}));
  const ColumnShape& column = table.columns.front();
  out.drop({MutantKind::column, Effect::content,
            fmt::format("column {}.{}", readable_name(table.name), readable_name(column.name))},
           statement);
  TableMutants(table, tables, out).column(column);
  return true;
}

}  // namespace baseline::sqlite
