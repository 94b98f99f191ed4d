#pragma once

#include <array>

struct sqlite3;

namespace baseline::sqlite {

/// What a connection is for. It alone decides how SQLite is set up on the connection; this file is
/// the only one that calls sqlite3_db_config(), sqlite3_limit() or sqlite3_set_authorizer().
enum class Purpose {
  look,     ///< reads a database as it is: the live one, a candidate, a backup
  judge,    ///< a private copy, on which the SQL of suites runs
  migrate,  ///< a private database, which a migration makes
  freeze,   ///< locks, checkpoints or replaces the live database, whatever its content is
  copy,     ///< one end of sqlite3_backup, whatever the content is
};

/// Sets up a connection that was just opened and has read nothing yet. A schema is read in the same
/// way for every purpose that reads one, so that a database which one command accepts is accepted
/// by all of them. For `freeze` and `copy` it is not read.
void configure(sqlite3* database, Purpose purpose);

/// The last connection to be closed moves the -wal into the file; this one leaves it where it is.
void leave_log_on_close(sqlite3* database);

/// Lets an authorizer decide on SQL that is compiled from here on, or none where it is null
/// (https://www.sqlite.org/c3ref/set_authorizer.html).
using Authorizer = int (*)(void* context, int action, const char* first, const char* second,
                           const char* database, const char* trigger);
void set_authorizer(sqlite3* database, Authorizer authorizer, void* context);

/// The largest value that the connection makes or reads, in bytes.
int largest_value(sqlite3* database);
/// Sets that to the most that SQLite was built for, until the current SqlLimits end.
void allow_any_value(sqlite3* database);
/// Sets it to what LIKE and GLOB match in a bearable time, until the current SqlLimits end.
void allow_matched_values(sqlite3* database);

/// The limits of user SQL, for the lifetime of the object. Statements of our own keep SQLite's, for
/// a row of the application may well be larger.
class SqlLimits {
 public:
  /// With `bounded` false nothing is limited.
  SqlLimits(sqlite3* database, bool bounded);
  ~SqlLimits();
  SqlLimits(const SqlLimits&) = delete;
  SqlLimits& operator=(const SqlLimits&) = delete;

 private:
  sqlite3* database_;
  std::array<int, 3> previous_{};
};

/// Legacy schemas may hold "text" where they mean 'text'; our own statements that repeat parts of
/// such a schema must read it as SQLite does. Switches that on for its lifetime.
class LegacyQuotes {
 public:
  explicit LegacyQuotes(sqlite3* database);
  ~LegacyQuotes();
  LegacyQuotes(const LegacyQuotes&) = delete;
  LegacyQuotes& operator=(const LegacyQuotes&) = delete;

 private:
  sqlite3* database_;
};

}  // namespace baseline::sqlite
