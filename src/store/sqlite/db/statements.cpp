#include "store/sqlite/db/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "base/text.hpp"
#include "os/signals.hpp"
#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

// SQLite does not call `PRAGMA journal_mode` read-only, because with an argument it is not; the
// authorizer lets it pass only without one.
bool asks_journal_mode(std::string_view sql) {
  const std::optional<Token> first = next_token(sql, 0);
  if (!first || !is_keyword(*first, "pragma")) return false;
  const std::vector<Token> tokens = tokenize(sql);
  return tokens.size() >= 2 &&
         std::ranges::none_of(
             tokens, [](const Token& t) { return is_symbol(t, "=") || is_symbol(t, "("); }) &&
         std::ranges::any_of(tokens, [](const Token& t) { return is_keyword(t, "journal_mode"); });
}

std::vector<std::string> parameters(sqlite3_stmt* statement) {
  std::vector<std::string> names;
  const int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    std::string text = name == nullptr ? "?" : name;
    if (text.front() != '?') text.erase(0, 1);
    if (std::ranges::find(names, text) == names.end()) names.push_back(text);
  }
  return names;
}

// OR FAIL, or what may contain it.
bool says_fail(std::string_view sql) {
  constexpr std::string_view kFail = "fail";
  const auto same = [](char c, char small) { return (c | 0x20) == small; };
  // Not std::ranges::search: Clang 14, which fuzzes this, cannot read that of GCC 12.
  return std::search(sql.begin(), sql.end(), kFail.begin(), kFail.end(), same) != sql.end();
}

constexpr std::size_t kMostKeptStatements = 16;

// The length of the first statement of `sql` without its semicolon and what surrounds it.
std::size_t trimmed_length(std::string_view sql) {
  // Without comments, which most statements have none of, the end can be seen without reading it
  // all.
  if (sql.find("--") == std::string_view::npos && sql.find("/*") == std::string_view::npos) {
    const std::size_t last = sql.find_last_not_of("; \t\n\r\f");
    return last == std::string_view::npos ? 0 : last + 1;
  }
  std::vector<Token> tokens = tokenize(sql);
  while (!tokens.empty() && is_symbol(tokens.back(), ";")) tokens.pop_back();
  return tokens.empty() ? 0 : tokens.back().end();
}

std::vector<std::string> column_strings(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr);
  const StatementPtr statement(raw);
  std::vector<std::string> out;
  while (raw != nullptr && sqlite3_step(raw) == SQLITE_ROW) {
    const Value value = column_value(raw, 0);
    if (const auto* text = std::get_if<std::string>(&value)) out.push_back(*text);
  }
  return out;
}

}  // namespace

std::string with_suggestion(sqlite3* database, const std::string& message) {
  constexpr std::string_view kTable = "no such table: ";
  constexpr std::string_view kColumn = "no such column: ";
  constexpr std::string_view kNamed = " has no column named ";
  std::string_view missing;
  std::string candidates =
      "SELECT DISTINCT c.name FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c "
      "WHERE s.type IN ('table', 'view')";
  if (message.starts_with(kTable)) {
    missing = std::string_view(message).substr(kTable.size());
    candidates = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')";
  } else if (message.starts_with(kColumn)) {
    missing = std::string_view(message).substr(kColumn.size());
  } else if (const std::size_t found = message.find(kNamed); found != std::string::npos) {
    missing = std::string_view(message).substr(found + kNamed.size());
    const std::string_view table = std::string_view(message).substr(0, found);
    constexpr std::string_view kOf = "table ";
    if (table.starts_with(kOf)) {
      candidates = fmt::format("SELECT name FROM pragma_table_xinfo({})",
                               sql_literal(Value(std::string(table.substr(kOf.size())))));
    }
  }
  // Newer versions of SQLite write `no such column: "x" - should this be a string literal …`.
  if (missing.starts_with('"')) missing = missing.substr(1, missing.find('"', 1) - 1);
  if (const std::size_t dot = missing.rfind('.'); dot != std::string_view::npos) {
    missing.remove_prefix(dot + 1);
  }
  if (missing.empty()) return message;
  const std::vector<std::string> names = column_strings(database, candidates);
  // Another table has it: to offer the same name again would help nobody.
  if (std::ranges::any_of(names, [&](const auto& name) { return same_name(name, missing); })) {
    return message;
  }
  const std::optional<std::string> near = did_you_mean(missing, names);
  return near ? fmt::format("{}; did you mean '{}'?", message, *near) : message;
}

StatementCache::Entry* StatementCache::lend(std::string_view sql) {
  if (guard_.schema_may_change()) return nullptr;
  const auto found = std::ranges::find(entries_, sql, &Entry::sql);
  if (found == entries_.end() || found->lent) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  found->lent = true;
  return &*found;
}

void StatementCache::give_back(Entry& entry) {
  for (const Statement& statement : entry.statements) {
    sqlite3_reset(statement.handle.get());
    sqlite3_clear_bindings(statement.handle.get());
  }
  entry.lent = false;
}

void StatementCache::keep(std::string sql, Statements statements) {
  // More than the fixtures of a check and its own text are not used at a time.
  constexpr std::size_t kMostTexts = 16;
  if (guard_.schema_may_change()) return;
  entries_.push_front({std::move(sql), std::move(statements)});
  give_back(entries_.front());
  if (entries_.size() > kMostTexts && !entries_.back().lent) entries_.pop_back();
}

StatementReader::StatementReader(sqlite3* database, Guard& guard, std::string_view sql,
                                 StatementCache* cache)
    : database_(database), guard_(guard), cache_(cache) {
  if (cache != nullptr) kept_ = cache->lend(sql);
  if (kept_ != nullptr) {
    next_kept_ = kept_->statements.begin();
    return;
  }
  sql_ = sql;
  nul_ = sql_.find('\0');
}

StatementReader::~StatementReader() {
  if (kept_ != nullptr) {
    StatementCache::give_back(*kept_);
  } else if (cache_ != nullptr && !failure_ && !statements_.empty() && at_end()) {
    cache_->keep(std::move(sql_), std::move(statements_));
  }
}

const Statement* StatementReader::next() {
  if (kept_ == nullptr) return compile_next();
  return next_kept_ == kept_->statements.end() ? nullptr : &*next_kept_++;
}

std::size_t StatementReader::next_start() const {
  std::optional<Token> token = next_token(sql_, position_);
  while (token && is_symbol(*token, ";")) token = next_token(sql_, token->end());
  return token ? token->offset : sql_.size();
}

bool StatementReader::at_end() const {
  return kept_ != nullptr ? next_kept_ == kept_->statements.end() : next_start() == sql_.size();
}

SqlFailure StatementReader::failed(int code, std::size_t start, bool while_compiling,
                                   std::size_t number) const {
  stop_if_interrupted();  // which is why it failed, or comes first
  SqlFailure failure;
  failure.message = sqlite3_errmsg(database_);
  failure.kind = failure_kind(code, failure.message, while_compiling);
  failure.statement = number;
  const int offset = while_compiling ? sqlite3_error_offset(database_) : -1;
  failure.offset = start + static_cast<std::size_t>(std::max(offset, 0));
  // SQLite's "string or blob too big" says neither how big nor who says so.
  if (!while_compiling && (code & 0xFF) == SQLITE_TOOBIG) {
    const int limit = largest_value(database_);
    failure.message =
        fmt::format("a value is larger than {}, the most that a check makes or reads{}",
                    human_size(static_cast<std::uint64_t>(limit)),
                    guard_.limit_patterns() ? " where LIKE or GLOB is used" : "");
  }
  if (!guard_.denied().empty()) {
    failure.kind = SqlFailure::Kind::denied;
    failure.message = guard_.denied();
  }
  return failure;
}

const Statement* StatementReader::compile_next() {
  const std::size_t start = next_start();
  if (failure_ || start == sql_.size()) return nullptr;
  ++count_;
  // SQLite would take a NUL for the end of the text and silently leave out the rest.
  if (nul_ != std::string::npos) {
    failure_ = SqlFailure{SqlFailure::Kind::syntax, "a NUL character in the SQL", nul_, count_, {}};
    return nullptr;
  }
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const char* const text = sql_.c_str() + start;
  const int code = sqlite3_prepare_v3(database_, text, -1, 0, &raw, &tail);
  Statement statement{StatementPtr(raw), {}, count_, false};
  if (code != SQLITE_OK || raw == nullptr) {
    failure_ = failed(code, start, true, count_);
    if (failure_->kind == SqlFailure::Kind::missing_object) {
      failure_->message = with_suggestion(database_, failure_->message);
      // SQLite's shell takes "text" for 'text' when there is no such column; a check does not.
      const std::size_t at = failure_->offset.value_or(0);
      const bool in_double_quotes = at < sql_.size() && sql_[at] == '"';
      if (in_double_quotes && failure_->message.find(';') == std::string::npos &&
          failure_->message.find("single-quotes") == std::string::npos) {
        failure_->message += "; a text stands in single quotes";
      }
    }
    return nullptr;
  }
  const auto length = static_cast<std::size_t>(tail - text);
  const std::string_view written = std::string_view(sql_).substr(start, length);
  statement.info.offset = start;
  statement.info.length = trimmed_length(written);
  statement.info.read_only = sqlite3_stmt_readonly(raw) != 0 || asks_journal_mode(written);
  statement.info.parameters = parameters(raw);
  statement.says_fail = says_fail(written);
  position_ = start + length;
  // A long text is not worth its memory; one that matches patterns has limits of its own, which
  // compiling it finds out.
  if (guard_.limit_patterns() || count_ > kMostKeptStatements) cache_ = nullptr;
  if (cache_ == nullptr) statements_.clear();
  return &statements_.emplace_back(std::move(statement));
}

SqlFailure StatementReader::run_failure(const Statement& statement, int code) const {
  return failed(code, statement.info.offset, false, statement.number);
}

void bind(sqlite3_stmt* statement, const Bindings& bindings) {
  // The bindings outlive the statement, so SQLite need not copy them (a null destructor).
  const int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    if (name == nullptr) continue;
    const auto found = bindings.find(std::string_view(name + 1));
    if (found == bindings.end()) continue;
    std::visit(
        [&](const auto& value) {
          using Type = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Type, std::int64_t>) {
            sqlite3_bind_int64(statement, i, value);
          } else if constexpr (std::is_same_v<Type, double>) {
            sqlite3_bind_double(statement, i, value);
          } else if constexpr (std::is_same_v<Type, std::string>) {
            sqlite3_bind_text64(statement, i, value.data(), value.size(), nullptr, SQLITE_UTF8);
          } else if constexpr (std::is_same_v<Type, Blob>) {
            // A null pointer would bind NULL instead of an empty blob.
            const void* data = value.empty() ? static_cast<const void*>("") : value.data();
            sqlite3_bind_blob64(statement, i, data, value.size(), nullptr);
          }
        },
        found->second);
  }
}

Value column_value(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const auto* text = static_cast<const char*>(
          static_cast<const void*>(sqlite3_column_text(statement, column)));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
      return bytes == nullptr ? Blob() : Blob(bytes, bytes + size);
    }
    default:
      return std::monostate{};
  }
}

}  // namespace baseline::sqlite
