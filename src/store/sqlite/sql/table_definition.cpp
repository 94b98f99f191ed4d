#include "store/sqlite/sql/table_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

using DeclaredKind = DeclaredConstraint::Kind;

/// The columns of a key: as names, with collation and order normalised, and for people.
struct KeyClause {
  std::vector<std::string> names;
  std::vector<std::string> meanings;
  std::vector<std::string> displays;
};

std::string in_parentheses(const std::vector<std::string>& parts) {
  return "(" + join(parts, ", ") + ")";
}

// Walks the tokens once, in the shape of SQLite's own grammar (parse.y). What it does not expect it
// steps over, so that no text can stop it.
class Parser {
 public:
  Parser(std::string_view sql, Tokens tokens) : sql_(sql), tokens_(tokens) {}

  TableDefinition parse() {
    while (!at_end() && !symbol("(")) ++next_;
    if (at_end()) return {};
    ++next_;
    while (!at_end() && !symbol(")")) {
      const std::size_t before = next_;
      if (take_symbol(",")) continue;
      if (!table_constraint()) column();
      if (next_ == before) ++next_;
    }
    return std::move(table_);
  }

 private:
  bool at_end() const { return next_ >= tokens_.size(); }
  bool symbol(std::string_view text) const { return !at_end() && is_symbol(tokens_[next_], text); }
  bool keyword(std::string_view word, std::size_t ahead = 0) const {
    return next_ + ahead < tokens_.size() && is_keyword(tokens_[next_ + ahead], word);
  }
  bool take_symbol(std::string_view text) { return symbol(text) && ++next_ != 0; }
  bool take(std::string_view word) { return keyword(word) && ++next_ != 0; }
  bool take(std::string_view first, std::string_view second) {
    if (!keyword(first) || !keyword(second, 1)) return false;
    next_ += 2;
    return true;
  }
  std::string take_name() { return at_end() ? std::string() : unquoted(tokens_[next_++]); }

  // The tokens between the parenthesis at the cursor and the one that closes it.
  Tokens take_parenthesised() {
    if (!take_symbol("(")) return {};
    const std::size_t begin = next_;
    for (std::size_t depth = 1; !at_end(); ++next_) {
      if (symbol("(")) ++depth;
      if (symbol(")") && --depth == 0) break;
    }
    const Tokens inner = tokens_.subspan(begin, next_ - begin);
    take_symbol(")");
    return inner;
  }

  std::string source(Tokens tokens) const {
    if (tokens.empty()) return {};
    const std::size_t begin = tokens.front().offset;
    return std::string(sql_.substr(begin, tokens.back().end() - begin));
  }

  // " on conflict ignore", or nothing for the default.
  std::string take_conflict() {
    if (!take("on", "conflict")) return {};
    const std::string action = to_lower(take_name());
    return action == "abort" ? std::string() : action;
  }

  KeyClause take_key() {
    KeyClause key;
    Tokens inner = take_parenthesised();
    while (!inner.empty()) {
      const auto comma =
          std::ranges::find_if(inner, [](const Token& t) { return is_symbol(t, ","); });
      add_key_column(inner.first(static_cast<std::size_t>(comma - inner.begin())), key);
      inner = comma == inner.end() ? Tokens() : Tokens(comma + 1, inner.end());
    }
    return key;
  }

  static void add_key_column(Tokens tokens, KeyClause& key) {
    if (tokens.empty()) return;
    const std::string name = unquoted(tokens.front());
    std::string more;
    for (const Token& token : tokens.subspan(1)) {
      // ASC is the default; AUTOINCREMENT may stand in here and is noted elsewhere.
      if (is_keyword(token, "asc") || is_keyword(token, "autoincrement")) continue;
      more += " " + to_lower(unquoted(token));
    }
    key.names.push_back(name);
    key.meanings.push_back(normalised(name) + more);
    key.displays.push_back(readable_name(name) + more);
  }

  static std::string normalised(const std::string& name) { return to_lower(readable_name(name)); }

  static KeyClause key_of(const std::string& column, const std::string& order) {
    return {{column}, {normalised(column) + order}, {readable_name(column) + order}};
  }

  void add(DeclaredKind kind, std::string_view words, const KeyClause& key,
           const std::string& more = {}) {
    DeclaredConstraint constraint;
    constraint.kind = kind;
    constraint.columns = key.names;
    constraint.meaning = fmt::format("{} {}{}", words, in_parentheses(key.meanings), more);
    constraint.display = fmt::format("{} {}{}", words, in_parentheses(key.displays), more);
    finish(std::move(constraint));
  }

  void finish(DeclaredConstraint constraint) {
    constraint.name = std::exchange(name_, {});
    if (!constraint.name.empty()) {
      constraint.display =
          fmt::format("CONSTRAINT {} {}", readable_name(constraint.name), constraint.display);
    }
    table_.constraints.push_back(std::move(constraint));
  }

  static std::string on_conflict(const std::string& action) {
    return action.empty() ? action : " ON CONFLICT " + action;
  }

  void check() {
    const Tokens inner = take_parenthesised();
    DeclaredConstraint constraint;
    constraint.kind = DeclaredKind::check;
    constraint.expression = source(inner);
    constraint.meaning = "CHECK ( " + sqlite::normalised(inner) + " )";
    constraint.display = "CHECK (" + readable(inner) + ")";
    // SQLite reads ON CONFLICT of a CHECK and does not obey it, except for IGNORE's syntax.
    take_conflict();
    finish(std::move(constraint));
  }

  // REFERENCES …, the cursor being behind that word.
  void references(const KeyClause& child) {
    const std::string parent = take_name();
    const KeyClause key = symbol("(") ? take_key() : KeyClause();
    std::string more;
    std::vector<std::string> actions;
    bool deferred = false;
    while (!at_end()) {
      if (take("match")) {
        take_name();  // SQLite reads it and does nothing about it
      } else if (keyword("on") &&
                 (keyword("delete", 1) || keyword("update", 1) || keyword("insert", 1))) {
        actions.push_back(take_action());
      } else if (take("not", "deferrable")) {
        take_initially();
      } else if (take("deferrable")) {
        deferred = take_initially();
      } else {
        break;
      }
    }
    std::ranges::sort(actions);
    for (const std::string& action : actions) more += action;
    if (deferred) more += " DEFERRABLE INITIALLY DEFERRED";
    DeclaredConstraint constraint;
    constraint.kind = DeclaredKind::foreign_key;
    constraint.columns = child.names;
    const auto text = [&](const auto& columns, const std::string& table, const auto& targets) {
      return fmt::format("FOREIGN KEY {} REFERENCES {}{}{}", in_parentheses(columns), table,
                         targets.empty() ? std::string() : " " + in_parentheses(targets), more);
    };
    constraint.meaning = text(child.meanings, normalised(parent), key.meanings);
    constraint.display = text(child.displays, readable_name(parent), key.displays);
    finish(std::move(constraint));
  }

  // " ON DELETE CASCADE"; NO ACTION is the default, and ON INSERT does nothing.
  std::string take_action() {
    ++next_;
    const std::string event = to_lower(take_name());
    std::string action = to_lower(take_name());
    if (action == "set" || action == "no") action += " " + to_lower(take_name());
    if (action == "no action" || event == "insert") return {};
    return fmt::format(" ON {} {}", event, action);
  }

  bool take_initially() { return take("initially") && to_lower(take_name()) == "deferred"; }

  bool take_constraint_name() {
    if (!take("constraint")) return false;
    name_ = take_name();
    return true;
  }

  bool table_constraint() {
    if (take_constraint_name()) return true;
    if (take("primary", "key")) {
      // AUTOINCREMENT can stand inside the parentheses.
      for (std::size_t i = next_; i < tokens_.size() && !is_symbol(tokens_[i], ")"); ++i) {
        if (is_keyword(tokens_[i], "autoincrement")) table_.autoincrement = true;
      }
      const KeyClause key = take_key();
      add(DeclaredKind::primary_key, "PRIMARY KEY", key, on_conflict(take_conflict()));
    } else if (take("unique")) {
      const KeyClause key = take_key();
      add(DeclaredKind::unique, "UNIQUE", key, on_conflict(take_conflict()));
    } else if (take("foreign", "key")) {
      const KeyClause key = take_key();
      if (take("references")) references(key);
    } else if (take("check")) {
      check();
    } else {
      return false;
    }
    return true;
  }

  void column() {
    table_.columns.push_back({take_name(), {}, {}, {}});
    name_.clear();
    while (!at_end() && !symbol(",") && !symbol(")")) {
      if (symbol("(")) {
        take_parenthesised();  // VARCHAR(32)
      } else if (!column_constraint()) {
        ++next_;  // a word of the type
      }
    }
    name_.clear();
  }

  bool column_constraint() {
    const std::string column = table_.columns.back().name;
    if (take_constraint_name()) return true;
    if (take("primary", "key")) {
      // Only here DESC also makes the column no alias of the rowid, so it is told from a table's.
      std::string order;
      if (take("desc")) order = " desc in column";
      take("asc");
      const std::string conflict = on_conflict(take_conflict());
      if (take("autoincrement")) table_.autoincrement = true;
      add(DeclaredKind::primary_key, "PRIMARY KEY", key_of(column, order), conflict);
    } else if (take("unique")) {
      add(DeclaredKind::unique, "UNIQUE", key_of(column, {}), on_conflict(take_conflict()));
    } else if (take("not", "null")) {
      table_.columns.back().not_null_conflict = take_conflict();
      add(DeclaredKind::not_null, "NOT NULL", key_of(column, {}));
    } else if (take("null")) {
      take_conflict();
    } else if (take("check")) {
      check();
    } else if (take("references")) {
      references(key_of(column, {}));
    } else if (take("collate")) {
      table_.columns.back().collation = to_lower(take_name());
      if (table_.columns.back().collation == "binary") table_.columns.back().collation.clear();
    } else if (take("default")) {
      skip_default();
    } else if (take("generated", "always") || (keyword("as") && next_ + 1 < tokens_.size() &&
                                               is_symbol(tokens_[next_ + 1], "("))) {
      take("as");
      table_.columns.back().generated = sqlite::normalised(take_parenthesised());
    } else {
      return false;
    }
    return true;
  }

  // The value is read from the pragma; here only its words must not be taken for constraints.
  void skip_default() {
    if (symbol("(")) {
      take_parenthesised();
      return;
    }
    if (symbol("+") || symbol("-")) ++next_;
    if (!at_end()) ++next_;
  }

  std::string_view sql_;
  Tokens tokens_;
  std::size_t next_ = 0;
  std::string name_;  // of the constraint that follows
  TableDefinition table_;
};

}  // namespace

TableDefinition parse_create_table(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  if (tokens.size() < 3 || !is_keyword(tokens[0], "create")) return {};
  // A virtual table's arguments are its module's own language.
  const bool table = std::ranges::any_of(Tokens(tokens).first(3),
                                         [](const Token& t) { return is_keyword(t, "table"); });
  if (!table || is_keyword(tokens[1], "virtual")) return {};
  return Parser(sql, tokens).parse();
}

}  // namespace baseline::sqlite
