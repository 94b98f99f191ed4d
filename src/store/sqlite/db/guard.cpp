#include "store/sqlite/db/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "os/signals.hpp"
#include "store/sqlite/db/allowed_functions.hpp"
#include "store/sqlite/db/regexp.hpp"

namespace baseline::sqlite {
namespace {

// A step that calls a function can take 0.2 s for texts of 16 MiB.
constexpr int kOpsBetweenTicks = 100;
// One LIKE or GLOB of a text and pattern of the largest size takes 1 to 2 s.
constexpr int kOpsBetweenPatternTicks = 10;

using Names = std::array<std::string_view, 10>;
constexpr Names kReadingPragmas = {
    "integrity_check", "quick_check", "foreign_key_check", "table_info", "foreign_key_list",
    "table_xinfo",     "table_list",  "index_list",        "index_info", "index_xinfo"};
// Harmless as long as they have no argument. FTS5 asks for data_version by itself.
constexpr Names kAskingPragmas = {
    "encoding",       "journal_mode", "page_size",    "page_count", "user_version",
    "application_id", "auto_vacuum",  "data_version", "",           ""};
constexpr Names kMigrationPragmas = {
    "user_version", "application_id", "foreign_keys", "defer_foreign_keys", "", "", "", "", "", ""};

bool names_one(const Names& names, std::string_view name) {
  return !name.empty() && std::ranges::find(names, name) != names.end();
}

bool pragma_allowed(Guard::Rules rules, const char* name, const char* argument) {
  const std::string lower = to_lower(name == nullptr ? "" : name);
  if (names_one(kReadingPragmas, lower)) return true;
  if (argument == nullptr && names_one(kAskingPragmas, lower)) return true;
  return rules == Guard::Rules::migration && names_one(kMigrationPragmas, lower);
}

// CREATE TEMP TABLE x has an action of its own, CREATE TABLE temp.x only names the database.
bool makes_temporary(int action, const char* database) {
  switch (action) {
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_TEMP_TRIGGER:
      return true;
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VTABLE:
      return database != nullptr && to_lower(database) == "temp";
    default:
      return false;
  }
}

// Reading and writing rows leaves the schema alone, as long as they are not those of the schema.
bool keeps_schema(int action, const char* table) {
  switch (action) {
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
    case SQLITE_PRAGMA:  // those that are allowed only look
      return true;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      return table == nullptr || !std::string_view(table).starts_with("sqlite_");
    default:
      return false;
  }
}

}  // namespace

Guard::Guard(sqlite3* database)
    : database_(database),
      may_be_locked_(*sqlite3_db_filename(database, "main") != '\0'),
      functions_(database, *this) {
  set_authorizer(database, &Guard::authorize, this);
  sqlite3_progress_handler(database, kOpsBetweenTicks, &Guard::tick, this);
}

Guard::~Guard() {
  set_authorizer(database_, nullptr, nullptr);
  sqlite3_progress_handler(database_, 0, nullptr, nullptr);
}

int Guard::deny(std::string what) {
  // The first refusal is the cause; SQLite may ask on.
  if (denied_.empty()) denied_ = std::move(what);
  return SQLITE_DENY;
}

int Guard::authorize(void* guard, int action, const char* first, const char* second,
                     const char* database, const char* /*trigger*/) {
  Guard& self = *static_cast<Guard*>(guard);
  if (self.rules_ == Rules::none) return SQLITE_OK;
  if (!keeps_schema(action, first)) self.schema_may_change_ = true;
  const bool reads = action == SQLITE_READ || action == SQLITE_UPDATE || action == SQLITE_DELETE;
  if (reads && self.reads_ != nullptr && first != nullptr) self.reads_->insert(first);
  const char* const where = self.rules_ == Rules::migration ? "in a migration" : "here";
  // VACUUM INTO attaches too, and under no name that says so.
  if (action == SQLITE_ATTACH) return self.deny(fmt::format("ATTACH is not allowed {}", where));
  if (action == SQLITE_DETACH) return self.deny(fmt::format("DETACH is not allowed {}", where));
  if (action == SQLITE_TRANSACTION)
    return self.deny(fmt::format("{} is not allowed {}", first, where));
  if (action == SQLITE_SAVEPOINT)
    return self.deny(fmt::format("SAVEPOINT is not allowed {}", where));
  if (action == SQLITE_FUNCTION) {
    const std::string function = to_lower(second);
    if (!is_allowed_function(function)) {
      return self.deny(fmt::format("{} is not allowed {}", function, where));
    }
    if (function == "like" || function == "glob" || function == "regexp")
      self.matches_patterns_ = true;
  }
  if (action == SQLITE_PRAGMA && !pragma_allowed(self.rules_, first, second)) {
    return self.deny(fmt::format("PRAGMA {} is not allowed {}", first, where));
  }
  if (self.rules_ == Rules::migration && makes_temporary(action, database)) {
    return self.deny("a TEMP object is not allowed in a migration");
  }
  return SQLITE_OK;
}

int Guard::tick(void* guard) { return static_cast<Guard*>(guard)->must_stop() ? 1 : 0; }

bool Guard::must_stop() {
  // Ctrl-C ends a long statement, our own too; whoever ran it asks stop_if_interrupted().
  if (stop_requested()) return true;
  if (rules_ == Rules::none) return false;
  if (!deadline_ || std::chrono::steady_clock::now() < *deadline_) return false;
  timed_out_ = true;
  return true;
}

void Guard::lift_length_limit() { allow_any_value(database_); }

bool Guard::limit_patterns() {
  if (!matches_patterns_ || (rules_ != Rules::check && !deadline_)) return false;
  allow_matched_values(database_);
  sqlite3_progress_handler(database_, kOpsBetweenPatternTicks, &Guard::tick, this);
  return true;
}

Guard::Scope::Scope(Guard& guard, const RunLimits& limits) : Scope(guard, Rules::check) {
  using std::chrono::steady_clock;
  guard.deadline_ = limits.deadline ? *limits.deadline : steady_clock::now() + limits.timeout;
  if (guard.may_be_locked_) {
    const auto left = *guard.deadline_ - steady_clock::now();
    patience_.emplace(guard.database_, std::chrono::ceil<std::chrono::milliseconds>(left));
  }
}

Guard::Scope::Scope(Guard& guard, Rules rules, std::optional<std::chrono::milliseconds> timeout)
    : guard_(guard),
      previous_(std::exchange(guard.rules_, rules)),
      // A migration is ours to trust with size: load_migration() has bounded it.
      limits_(guard.database_, rules == Rules::check || timeout) {
  // Not for migrations: what they use, the application must define itself.
  if (rules == Rules::check && !std::exchange(guard.has_regexp_, true)) {
    define_regexp(guard.database_);
  }
  if (timeout) guard.deadline_ = std::chrono::steady_clock::now() + *timeout;
  guard.denied_.clear();
  guard.timed_out_ = false;
  guard.matches_patterns_ = false;
}

Guard::Scope::~Scope() {
  if (std::exchange(guard_.matches_patterns_, false)) {
    sqlite3_progress_handler(guard_.database_, kOpsBetweenTicks, &Guard::tick, &guard_);
  }
  guard_.rules_ = previous_;
  guard_.deadline_.reset();
}

}  // namespace baseline::sqlite
