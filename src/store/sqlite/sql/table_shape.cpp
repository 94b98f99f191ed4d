#include "store/sqlite/sql/table_shape.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace baseline::sqlite {
namespace {

using ClauseKind = ClauseShape::Kind;

constexpr std::array<std::string_view, 12> kEndOfType = {
    "constraint", "primary", "not",     "null",      "unique", "check",
    "references", "collate", "default", "generated", "as",     "on"};

// Walks the tokens of one definition, as parse_create_table() does; SQLite accepts or refuses the
// statement, so that what is unknown here can be stepped over.
class Cursor {
 public:
  Cursor(const Script& script, Span span) : script_(script), next_(span.begin), end_(span.end) {}

  bool at_end() const { return next_ >= end_; }
  std::size_t position() const { return next_; }
  void skip() { next_ = std::min(next_ + 1, end_); }
  bool keyword(std::string_view word, std::size_t ahead = 0) const {
    return next_ + ahead < end_ && script_.keyword(next_ + ahead, word);
  }
  bool symbol(std::string_view text) const { return !at_end() && script_.symbol(next_, text); }
  bool take(std::string_view word) { return keyword(word) && ++next_ != 0; }
  bool take(std::string_view first, std::string_view second) {
    if (!keyword(first) || !keyword(second, 1)) return false;
    next_ += 2;
    return true;
  }
  std::string take_name() { return at_end() ? std::string() : unquoted(script_[next_++]); }

  // What is between the parenthesis at the cursor and the one that closes it.
  Span take_parenthesised() {
    if (!symbol("(")) return {next_, next_};
    const std::size_t close = script_.closing(next_, end_);
    const Span inner{next_ + 1, close};
    next_ = std::min(close + 1, end_);
    return inner;
  }

  Span take_conflict() {
    const std::size_t begin = next_;
    if (take("on", "conflict")) take_name();
    return {begin, next_};
  }

 private:
  const Script& script_;
  std::size_t next_;
  std::size_t end_;
};

class ShapeReader {
 public:
  ShapeReader(const Script& script, Span span) : script_(script), at_(script, span) {}

  ColumnShape column() {
    ColumnShape column;
    column.whole.begin = column.name_at = at_.position();
    column.name = at_.take_name();
    column.type.begin = at_.position();
    const auto in_type = [&] {
      return std::ranges::none_of(kEndOfType, [&](auto word) { return at_.keyword(word); });
    };
    while (!at_.at_end() && !at_.symbol(",") && in_type()) {
      if (at_.symbol("(")) {
        at_.take_parenthesised();
      } else {
        at_.skip();
      }
    }
    column.type.end = at_.position();
    while (!at_.at_end() && !at_.symbol(",")) {
      const std::size_t before = at_.position();
      if (auto clause = this->clause(&column.name)) column.clauses.push_back(*std::move(clause));
      if (at_.position() == before) at_.skip();
    }
    column.whole.end = at_.position();
    return column;
  }

  void table(TableShape& table) {
    while (!at_.at_end()) {
      const std::size_t before = at_.position();
      if (at_.symbol(",")) {
        at_.skip();
      } else if (starts_table_constraint()) {
        if (auto clause = this->clause(nullptr)) table.constraints.push_back(*std::move(clause));
      } else {
        table.columns.push_back(column());
      }
      if (at_.position() == before) at_.skip();
    }
  }

 private:
  bool starts_table_constraint() const {
    return at_.keyword("constraint") || (at_.keyword("primary") && at_.keyword("key", 1)) ||
           at_.keyword("unique") || at_.keyword("check") ||
           (at_.keyword("foreign") && at_.keyword("key", 1));
  }

  // The clause at the cursor; nothing for one that is not bent (NULL, or half of one).
  std::optional<ClauseShape> clause(const std::string* column) {
    ClauseShape clause;
    clause.whole.begin = at_.position();
    // Of several CONSTRAINT names in a row the last counts.
    while (at_.take("constraint")) clause.name = at_.take_name();
    if (!body(clause, column)) return std::nullopt;
    clause.whole.end = at_.position();
    return clause;
  }

  bool body(ClauseShape& clause, const std::string* column) {
    if (column != nullptr) clause.columns = {*column};
    if (at_.take("primary", "key")) {
      clause.kind = ClauseKind::primary_key;
      key(clause, column);
    } else if (at_.take("unique")) {
      clause.kind = ClauseKind::unique;
      key(clause, column);
    } else if (at_.take("check")) {
      clause.kind = ClauseKind::check;
      clause.inner = at_.take_parenthesised();
      clause.conflict = at_.take_conflict();
    } else if (at_.take("foreign", "key")) {
      list(clause);
      if (!at_.take("references")) return false;
      references(clause);
    } else if (column == nullptr) {
      return false;
    } else if (at_.take("not", "null")) {
      clause.kind = ClauseKind::not_null;
      clause.conflict = at_.take_conflict();
    } else if (at_.take("references")) {
      references(clause);
    } else if (at_.take("collate")) {
      clause.kind = ClauseKind::collation;
      at_.take_name();
    } else if (at_.take("default")) {
      default_value(clause);
    } else if (at_.keyword("generated") || at_.keyword("as")) {
      at_.take("generated", "always");
      at_.take("as");
      clause.kind = ClauseKind::generated;
      clause.inner = at_.take_parenthesised();
      if (!at_.take("stored")) at_.take("virtual");
    } else {
      return false;
    }
    return true;
  }

  void list(ClauseShape& clause) {
    clause.list = at_.take_parenthesised();
    clause.columns.clear();
    for (const Span part : script_.parts(clause.list)) {
      if (!part.empty()) clause.columns.push_back(unquoted(script_[part.begin]));
    }
  }

  void key(ClauseShape& clause, const std::string* column) {
    if (column == nullptr) {
      list(clause);
      for (std::size_t i = clause.list.begin; i < clause.list.end; ++i) {
        if (script_.keyword(i, "autoincrement")) clause.autoincrement = {i, i + 1};
      }
    } else if (!at_.take("asc")) {
      at_.take("desc");
    }
    clause.conflict = at_.take_conflict();
    const std::size_t before = at_.position();
    if (at_.take("autoincrement")) clause.autoincrement = {before, before + 1};
  }

  void default_value(ClauseShape& clause) {
    clause.kind = ClauseKind::default_value;
    if (at_.symbol("(")) {
      clause.inner = at_.take_parenthesised();
      return;
    }
    clause.inner.begin = at_.position();
    if (at_.symbol("+") || at_.symbol("-")) at_.skip();
    at_.skip();
    clause.inner.end = at_.position();
  }

  // REFERENCES …, the cursor being behind that word.
  void references(ClauseShape& clause) {
    clause.kind = ClauseKind::foreign_key;
    clause.parent.begin = at_.position();
    clause.parent_table = at_.take_name();
    if (at_.symbol("(")) {
      for (const Span part : script_.parts(at_.take_parenthesised())) {
        if (!part.empty()) clause.parent_columns.push_back(unquoted(script_[part.begin]));
      }
    }
    clause.parent.end = at_.position();
    while (!at_.at_end()) {
      const std::size_t begin = at_.position();
      if (at_.take("match")) {
        at_.take_name();
      } else if (at_.take("on", "delete")) {
        action();
        clause.on_delete = {begin, at_.position()};
      } else if (at_.take("on", "update")) {
        action();
        clause.on_update = {begin, at_.position()};
      } else if (at_.take("not", "deferrable")) {
        if (at_.take("initially")) at_.take_name();
      } else if (at_.take("deferrable")) {
        const bool initially = at_.take("initially");
        const bool deferred = at_.keyword("deferred");
        if (initially) at_.take_name();
        // Without INITIALLY DEFERRED the word means nothing.
        if (initially && deferred) clause.deferrable = {begin, at_.position()};
      } else {
        break;
      }
    }
  }

  // SET NULL, SET DEFAULT, NO ACTION, or one word.
  void action() {
    if (at_.keyword("set") || at_.keyword("no")) at_.skip();
    at_.skip();
  }

  const Script& script_;
  Cursor at_;
};

}  // namespace

ColumnShape column_shape(const Script& script, Span definition) {
  return ShapeReader(script, definition).column();
}

TableShape table_shape(const Script& script, Span statement) {
  TableShape table;
  table.statement = statement;
  std::size_t i = statement.begin;
  if (!script.keyword(i, "create")) return table;
  ++i;
  if (script.keyword(i, "temp") || script.keyword(i, "temporary")) ++i;
  if (!script.keyword(i, "table")) return table;
  std::size_t open = i + 1;
  while (open < statement.end && !script.symbol(open, "(")) {
    if (script.keyword(open, "as") && open > i + 1) return table;  // AS SELECT
    ++open;
  }
  if (open >= statement.end) return table;
  table.name = unquoted(script[open - 1]);
  const std::size_t close = script.closing(open, statement.end);
  ShapeReader(script, {open + 1, close}).table(table);
  for (std::size_t at = close + 1; at < statement.end; ++at) {
    if (script.keyword(at, "strict")) table.strict = {at, at + 1};
    if (script.keywords(at, "without", "rowid")) table.without_rowid = {at, at + 2};
  }
  return table;
}

}  // namespace baseline::sqlite
