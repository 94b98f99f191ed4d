// Applies a migration to a private database: the one way from SQL in a file to a reference.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/foreign_keys.hpp"
#include "store/sqlite/session/run.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/sql/tokenizer.hpp"

namespace baseline::sqlite {
namespace {

// "FILE:LINE:COLUMN", the column in characters, both from 1.
std::string statement_place(const Migration& migration, std::size_t offset) {
  const std::string_view before = std::string_view(migration.sql).substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto column = 1 + std::ranges::count_if(before.substr(line_start), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return fmt::format("{}:{}:{}", printable(migration.file), line, column);
}

std::string hint_for(const Migration& migration, const SqlFailure& failure) {
  const std::optional<Token> token = next_token(migration.sql, failure.offset.value_or(0));
  const auto starts_with = [&](std::string_view word) { return token && is_keyword(*token, word); };
  if (starts_with("begin") || starts_with("commit") || starts_with("end") ||
      starts_with("rollback") || starts_with("savepoint") || starts_with("release")) {
    return "remove it: the migration is applied in one transaction of its own "
           "(the output of `sqlite3 DB .dump` has BEGIN and COMMIT, for example)";
  }
  if (token && is_symbol(*token, ".")) {
    return "commands of the sqlite3 shell that start with a dot are not SQL; remove it";
  }
  if (failure.kind == SqlFailure::Kind::denied && starts_with("pragma")) {
    return "remove it: only user_version, application_id, foreign_keys and defer_foreign_keys "
           "may be set in a migration";
  }
  if (failure.kind == SqlFailure::Kind::denied) {
    return "remove it: a migration only makes what is inside its one database";
  }
  if (failure.kind == SqlFailure::Kind::missing_object && token &&
      token->kind == Token::Kind::quoted_name) {
    return "names go in double quotes, text in single quotes";
  }
  return {};
}

[[noreturn]] void throw_failure(const Migration& migration, const SqlFailure& failure) {
  throw Error(ErrorCode::usage,
              fmt::format("{}: {}", statement_place(migration, failure.offset.value_or(0)),
                          failure.message),
              hint_for(migration, failure));
}

// What a bound has ended says so.
SqlFailure within_bounds(SqlFailure failure, int code, const Guard& guard,
                         const Migration& migration) {
  if (!migration.bounds) return failure;
  if (guard.timed_out()) {
    failure.message = fmt::format("took longer than {} and was stopped",
                                  short_duration(migration.bounds->timeout));
  }
  constexpr int kPrimaryCode = 0xFF;
  if ((code & kPrimaryCode) == SQLITE_FULL) {
    failure.message =
        fmt::format("makes a database of more than {}", human_size(migration.bounds->bytes));
  }
  return failure;
}

void run_statements(SQLite::Database& database, Guard& guard, const Migration& migration) {
  std::optional<std::chrono::milliseconds> timeout;
  if (migration.bounds) timeout = migration.bounds->timeout;
  const Guard::Scope scope(guard, Guard::Rules::migration, timeout);
  StatementReader reader(database.getHandle(), guard, migration.sql);
  std::size_t statements = 0;
  while (const Statement* const statement = reader.next()) {
    ++statements;
    if (const int code = run_to_end(*statement, {}); code != SQLITE_DONE) {
      throw_failure(migration,
                    within_bounds(reader.run_failure(*statement, code), code, guard, migration));
    }
    // OR ROLLBACK ends the transaction even when nothing is reported.
    if (sqlite3_get_autocommit(database.getHandle()) != 0) {
      throw_failure(migration, {SqlFailure::Kind::other,
                                "the statement ended the transaction",
                                statement->info.offset,
                                statements,
                                {}});
    }
  }
  if (reader.failure()) throw_failure(migration, *reader.failure());
  if (statements == 0) {
    throw Error(ErrorCode::usage,
                fmt::format("{} contains no SQL statement", printable(migration.file)),
                "write the statements that make the new database");
  }
}

// The migration runs with foreign keys off, so that rows may come in any order; what counts is the
// result.
void demand_no_orphans(SQLite::Database& database, const Migration& migration) {
  const std::string keys = [&] {
    try {
      return violated_keys(database);
    } catch (const SQLite::Exception& exception) {
      // "foreign key mismatch": the parent has no key to refer to.
      throw Error(ErrorCode::usage,
                  fmt::format("{}: {}", printable(migration.file), exception.what()));
    }
  }();
  if (keys.empty()) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: rows without their parent violate {}", printable(migration.file), keys),
      "insert the parents too, or leave the rows out");
}

}  // namespace

std::unique_ptr<Session> apply_migration(const Migration& migration) {
  return translated([&] {
    SQLite::Database database =
        migration.bounds ? open_memory(Purpose::migrate) : open_temporary(Purpose::migrate);
    if (migration.bounds) {
      const std::int64_t page_size = database.execAndGet("PRAGMA page_size").getInt64();
      database.exec("PRAGMA temp_store = MEMORY");  // which has its bound already
      database.execAndGet(
          fmt::format("PRAGMA max_page_count = {}",
                      static_cast<std::int64_t>(migration.bounds->bytes) / page_size));
    }
    {
      Guard guard(database.getHandle());
      database.exec("BEGIN");
      run_statements(database, guard, migration);
      demand_no_orphans(database, migration);
      database.exec("COMMIT");
      // From here on it is a reference; whoever wants to write takes a scratch copy.
      database.exec("PRAGMA query_only = ON");
    }
    return std::make_unique<SqliteSession>(std::move(database), SqliteSession::Role::sealed);
  });
}

}  // namespace baseline::sqlite
