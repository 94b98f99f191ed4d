#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/session.hpp"
#include "store/sqlite/db/guard.hpp"

namespace baseline::sqlite {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

/// One compiled statement of a text.
struct Statement {
  StatementPtr handle;
  StatementInfo info;
  std::size_t number = 1;  ///< which of the text
  bool says_fail = false;  ///< OR FAIL, or what may contain it
};

/// The statements of a text in their order; the list keeps their places.
using Statements = std::list<Statement>;

/// The compiled statements of the texts that a connection ran last: a check runs the same texts for
/// each of its cases, and all that share a fixture run that. SQLite compiles them anew by itself
/// when a pragma changed what they must do.
class StatementCache {
 public:
  struct Entry {
    std::string sql;
    Statements statements;
    bool lent = false;
  };

  explicit StatementCache(const Guard& guard) : guard_(guard) {}

  /// The statements of the text, to be given back; null when they are not kept, or when the schema
  /// may no longer be the one that they were compiled for.
  Entry* lend(std::string_view sql);
  /// Takes back what was lent, ready to be bound and run again.
  static void give_back(Entry& entry);
  /// Keeps the statements of another text for the next time.
  void keep(std::string sql, Statements statements);
  void clear() { entries_.clear(); }

 private:
  const Guard& guard_;
  std::list<Entry> entries_;  // the latest first
};

/// Compiles the statements of an SQL text one after the other, each only when it is asked for, so
/// that it sees what those before it made.
class StatementReader {
 public:
  /// `guard` belongs to the connection and tells why something was refused. Statements come out of
  /// `cache`, if there is one, and go there.
  StatementReader(sqlite3* database, Guard& guard, std::string_view sql,
                  StatementCache* cache = nullptr);
  ~StatementReader();
  StatementReader(const StatementReader&) = delete;
  StatementReader& operator=(const StatementReader&) = delete;

  /// The next statement, which lives until the one after it is asked for; null at the end of the
  /// text or after a failure.
  const Statement* next();

  /// Why the last next() gave nothing, if it was not the end.
  const std::optional<SqlFailure>& failure() const { return failure_; }

  /// Whether only white space, comments and semicolons are left.
  bool at_end() const;

  /// The failure that the connection has just reported for a statement that ran.
  SqlFailure run_failure(const Statement& statement, int code) const;

 private:
  std::size_t next_start() const;
  const Statement* compile_next();
  SqlFailure failed(int code, std::size_t start, bool while_compiling, std::size_t number) const;

  sqlite3* database_;
  Guard& guard_;
  StatementCache* cache_;
  std::string sql_;  // a copy, because SQLite wants a NUL at the end
  std::size_t nul_ = std::string::npos;
  Statements statements_;  // without a cache only the current one
  StatementCache::Entry* kept_ = nullptr;
  Statements::const_iterator next_kept_;
  std::size_t position_ = 0;
  std::size_t count_ = 0;
  std::optional<SqlFailure> failure_;
};

/// Binds the values that the statement names; what has no binding is NULL.
void bind(sqlite3_stmt* statement, const Bindings& bindings);

/// A column of the current row.
Value column_value(sqlite3_stmt* statement, int column);

/// `message` with "; did you mean 'x'?" when it misses a table or column and one has a similar
/// name.
std::string with_suggestion(sqlite3* database, const std::string& message);

}  // namespace baseline::sqlite
