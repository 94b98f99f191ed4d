#include "store/sqlite/db/configuration.hpp"

#include <sqlite3.h>

#include <limits>

namespace baseline::sqlite {
namespace {

struct SqlLimit {
  int category;
  int value;
};
// The time of LIKE and GLOB is the product of text and pattern.
constexpr std::array<SqlLimit, 3> kSqlLimits = {{{SQLITE_LIMIT_LENGTH, 16 << 20},
                                                 {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
                                                 {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1'000}}};
// One LIKE or GLOB of a text and pattern of the largest size takes 1 to 2 s.
constexpr int kMostMatched = 1 << 20;

void set_option(sqlite3* database, int option, bool on) {
  sqlite3_db_config(database, option, on ? 1 : 0, nullptr);
}

// SQLite 3.38 to 3.4x mark their own JSON functions as unsafe by mistake: with an untrusted schema
// no CHECK (json_valid(x)) could be made or evaluated. Such a schema has to be trusted; what could
// do harm from there (load_extension) is refused even then.
bool json_is_innocuous() {
  static const bool answer = [] {
    sqlite3* database = nullptr;
    int code = sqlite3_open(":memory:", &database);
    if (code == SQLITE_OK) {
      set_option(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, false);
      code = sqlite3_exec(database, "CREATE TABLE t (x CHECK (json_valid(x)))", nullptr, nullptr,
                          nullptr);
    }
    sqlite3_close(database);
    return code == SQLITE_OK;
  }();
  return answer;
}

// It registers a tokenizer at any address that it is given as a blob, and gives back the address of
// one that there is. SQLite's own switch (SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER) lets it do both
// for values that are bound, and SQLite 3.40 lets a CHECK call it.
void take_tokenizers_away(sqlite3* database) {
  const auto refuse = [](sqlite3_context* context, int, sqlite3_value**) {
    sqlite3_result_error(context, "fts3_tokenizer is not allowed", -1);
  };
  for (const int arguments : {1, 2}) {
    sqlite3_create_function_v2(database, "fts3_tokenizer", arguments,
                               SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr, refuse, nullptr, nullptr,
                               nullptr);
  }
}

void set_quotes(sqlite3* database, bool legacy) {
  set_option(database, SQLITE_DBCONFIG_DQS_DML, legacy);
  set_option(database, SQLITE_DBCONFIG_DQS_DDL, legacy);
}

}  // namespace

void configure(sqlite3* database, Purpose purpose) {
  sqlite3_extended_result_codes(database, 1);
  set_option(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, false);
  take_tokenizers_away(database);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  set_option(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, !json_is_innocuous());
  switch (purpose) {
    case Purpose::look:
    case Purpose::judge:
    case Purpose::migrate:
      set_option(database, SQLITE_DBCONFIG_DEFENSIVE, true);
      // "x" is never a text.
      set_quotes(database, false);
      break;
    case Purpose::freeze:
    case Purpose::copy:
      // Not defensive: a target of a copy is written without a journal, and a schema that does not
      // parse must not be in the way.
      break;
  }
}

void leave_log_on_close(sqlite3* database) {
  set_option(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

void set_authorizer(sqlite3* database, Authorizer authorizer, void* context) {
  sqlite3_set_authorizer(database, authorizer, context);
}

int largest_value(sqlite3* database) { return sqlite3_limit(database, SQLITE_LIMIT_LENGTH, -1); }

void allow_any_value(sqlite3* database) {
  // More than SQLite was built for is cut down to that.
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, std::numeric_limits<int>::max());
}

void allow_matched_values(sqlite3* database) {
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kMostMatched);
}

SqlLimits::SqlLimits(sqlite3* database, bool bounded) : database_(database) {
  for (std::size_t i = 0; i < kSqlLimits.size(); ++i) {
    const SqlLimit& limit = kSqlLimits.at(i);
    previous_.at(i) = sqlite3_limit(database, limit.category, bounded ? limit.value : -1);
  }
}

SqlLimits::~SqlLimits() {
  for (std::size_t i = 0; i < kSqlLimits.size(); ++i) {
    sqlite3_limit(database_, kSqlLimits.at(i).category, previous_.at(i));
  }
}

LegacyQuotes::LegacyQuotes(sqlite3* database) : database_(database) { set_quotes(database, true); }

LegacyQuotes::~LegacyQuotes() { set_quotes(database_, false); }

}  // namespace baseline::sqlite
