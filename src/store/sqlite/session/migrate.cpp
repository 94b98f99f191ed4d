// Applies a migration to a private database: the one way from SQL in a file to a reference.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/file_settings.hpp"
#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"
#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/broken_objects.hpp"
#include "store/sqlite/schema/foreign_keys.hpp"
#include "store/sqlite/session/run.hpp"
#include "store/sqlite/session/session.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/sql/definitions.hpp"
#include "store/sqlite/sql/migration_head.hpp"
#include "store/sqlite/sql/tokenizer.hpp"
#include "store/sqlite/sql/up_part.hpp"

namespace baseline::sqlite {
namespace {

// Line and column, the latter in characters, both from 1.
Problem migration_problem(const Migration& migration, std::size_t offset, std::string message) {
  const std::string_view before = std::string_view(migration.sql).substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto column = 1 + std::ranges::count_if(before.substr(line_start), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return {migration.file, static_cast<int>(line), static_cast<int>(column), std::move(message)};
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
  // What `sqlite3 DB .schema` shows has tables that are made by themselves.
  const auto says = [&](std::string_view words) {
    return failure.message.find(words) != std::string::npos;
  };
  if (says("object name reserved for internal use")) {
    return "remove the statement: SQLite makes this table by itself, for AUTOINCREMENT, ANALYZE or "
           "a "
           "full-text or R-Tree table";
  }
  if (says("error creating shadow table")) {
    return "remove the statements that make this table: the virtual table makes it by itself";
  }
  if (starts_with("vacuum")) return "remove it: a new database has no room to give back";
  if (says("unknown table option: GO") || says("near \"GO\"")) {
    return "end the statement with a semicolon; GO is no SQL";
  }
  if (failure.kind == SqlFailure::Kind::denied && starts_with("pragma")) {
    const auto name = next_token(migration.sql, token->end());
    if (name && to_lower(unquoted(*name)) == "writable_schema") {
      return "remove it, and write the CREATE VIRTUAL TABLE that is in the INSERT INTO "
             "sqlite_schema "
             "behind it as a statement of its own";
    }
    if (name && belongs_to_head(to_lower(unquoted(*name)))) {
      return "move it to the head of the migration, before the first statement that is no PRAGMA";
    }
    return "remove it: only user_version, application_id, foreign_keys and defer_foreign_keys "
           "may be set in a migration, and at its head encoding, page_size, auto_vacuum and "
           "journal_mode";
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
              migration_problem(migration, failure.offset.value_or(0), failure.message).text({}),
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

// In the one order in which all of them have an effect.
void set_up_file(SQLite::Database& database, const FileSettings& settings) {
  if (!settings.encoding.empty()) {
    database.exec(fmt::format("PRAGMA encoding = '{}'", settings.encoding));
  }
  if (settings.page_size != 0) {
    database.exec(fmt::format("PRAGMA page_size = {}", settings.page_size));
  }
  if (!settings.auto_vacuum.empty()) {
    database.exec(fmt::format("PRAGMA auto_vacuum = {}", settings.auto_vacuum));
  }
}

// `sql`: what is to be run of the migration.
void run_statements(SQLite::Database& database, Guard& guard, const Migration& migration,
                    std::string_view sql) {
  std::optional<std::chrono::milliseconds> timeout;
  if (migration.bounds) timeout = migration.bounds->timeout;
  const Guard::Scope scope(guard, Guard::Rules::migration, timeout);
  StatementReader reader(database.getHandle(), guard, sql);
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

// SQLite makes views, triggers and foreign keys of what is not there, and lets each statement of
// the application fail that meets them.
void require_whole(SQLite::Database& database, const Migration& migration) {
  const std::vector<BrokenObject> broken = broken_objects(database);
  if (broken.empty()) return;
  const Script script(migration.sql);
  std::vector<Problem> problems;
  for (const BrokenObject& object : broken) {
    const auto definition = find_definition(script, object.type, object.name);
    const std::size_t offset = definition ? place_in(script, *definition, object.word) : 0;
    problems.push_back(migration_problem(migration, offset, object.message));
  }
  constexpr const char* kHint =
      "make what it names, correct the name, or leave the object out: the application would fail "
      "on it";
  if (problems.size() == 1) throw Error(ErrorCode::usage, problems.front().text({}), kHint);
  Error error(ErrorCode::usage,
              fmt::format("{} makes {} that lead to nothing", printable(migration.file),
                          counted(problems.size(), "object")),
              kHint);
  error.set_problems(std::move(problems));
  throw error;
}

// Where a database without tables goes live, somebody has probably given a file that makes them and
// drops them again.
void require_tables(SQLite::Database& database, const Migration& migration) {
  const int tables = database
                         .execAndGet(
                             "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' "
                             "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
                         .getInt();
  if (tables > 0) return;
  throw Error(ErrorCode::usage, fmt::format("{} leaves no table", printable(migration.file)),
              "give the statements that make the tables, without those that drop them again");
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

// From here on it is a reference; whoever wants to write takes a scratch copy.
std::unique_ptr<Session> reference_on(SQLite::Database database, const FileSettings& settings) {
  database.exec("PRAGMA query_only = ON");
  return std::make_unique<SqliteSession>(std::move(database), SqliteSession::Role::sealed,
                                         settings.journal_mode == "wal");
}

// The part of the file that is applied.
Migration upward(const Migration& given) {
  Migration up = given;
  if (auto part = up_part(given.sql)) {
    if (part->variables) {
      throw Error(ErrorCode::usage,
                  migration_problem(given, *part->variables,
                                    "goose would fill in variables here, and baseline does not")
                      .text({}),
                  "write their values, and remove the line");
    }
    up.sql = std::move(part->sql);
  }
  return up;
}

std::unique_ptr<Session> applied(const Migration& given, const FileSettings& old) {
  const Migration migration = upward(given);
  const MigrationHead head = read_head(migration.sql);
  if (head.mistake) {
    throw Error(ErrorCode::usage,
                migration_problem(migration, head.mistake->offset, head.mistake->message).text({}));
  }
  const FileSettings settings = head.settings.or_else(old);
  return translated([&] {
    SQLite::Database database =
        migration.bounds ? open_memory(Purpose::migrate) : open_temporary(Purpose::migrate);
    set_up_file(database, settings);
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
      run_statements(database, guard, migration, head.rest.empty() ? migration.sql : head.rest);
      // What a suite names is only compared, and nobody may have looked at it: a few views can take
      // for ever to compile.
      if (!migration.bounds) {
        require_tables(database, migration);
        require_whole(database, migration);
      }
      demand_no_orphans(database, migration);
      database.exec("COMMIT");
    }
    return reference_on(std::move(database), settings);
  });
}

}  // namespace

std::unique_ptr<Session> apply_migration(const Migration& migration) {
  return applied(migration, {});
}

std::unique_ptr<Session> adapted(Session& reference, const Migration& migration,
                                 const FileSettings& old) {
  const FileSettings current = reference.file_settings();
  const FileSettings wanted =
      read_head(upward(migration).sql).settings.or_else(old).or_else(current);
  if (wanted == current) return nullptr;
  FileSettings other_mode = current;
  other_mode.journal_mode = wanted.journal_mode;
  // Pages and texts must be made anew, the journal mode is only a mark on the file.
  if (wanted != other_mode) return applied(migration, old);
  return translated([&] {
    return reference_on(copy_of(dynamic_cast<SqliteSession&>(reference).database()), wanted);
  });
}

}  // namespace baseline::sqlite
