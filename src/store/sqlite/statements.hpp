#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/session.hpp"
#include "store/sqlite/guard.hpp"

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
};

/// Compiles the statements of an SQL text one after the other, each only when it is asked for, so
/// that it sees what those before it made.
class StatementReader {
 public:
  /// `guard` belongs to the connection and tells why something was refused.
  StatementReader(sqlite3* database, const Guard& guard, std::string_view sql)
      : database_(database), guard_(guard), sql_(sql), nul_(sql_.find('\0')) {}

  /// The next statement; nothing at the end of the text or after a failure.
  std::optional<Statement> next();

  /// Why the last next() gave nothing, if it was not the end.
  const std::optional<SqlFailure>& failure() const { return failure_; }

  /// Whether only white space, comments and semicolons are left.
  bool at_end() const;

  /// The failure that the connection has just reported for a statement that ran.
  SqlFailure run_failure(const Statement& statement, int code) const;

 private:
  std::size_t next_start() const;
  SqlFailure failed(int code, std::size_t start, bool while_compiling, std::size_t number) const;

  sqlite3* database_;
  const Guard& guard_;
  std::string sql_;  // a copy, because SQLite wants a NUL at the end
  std::size_t nul_;
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
