#pragma once

#include <sqlite3.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "store/session.hpp"
#include "store/sqlite/db/configuration.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/slow_functions.hpp"

namespace baseline::sqlite {

/// What the SQL of users may do on one connection (docs/checks.md, "Security and limits"): an
/// authorizer, limits, and a clock that stops it. Our own statements run outside of any Scope,
/// where nothing is refused.
class Guard {
 public:
  enum class Rules {
    none,       ///< our own statements
    check,      ///< SQL of a suite
    migration,  ///< SQL of a migration: no transaction control, no TEMP objects, few pragmas
  };

  /// Installs the authorizer on a connection for Purpose::look, judge or migrate, which must
  /// outlive the guard.
  explicit Guard(sqlite3* database);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// What the authorizer refused in the current scope, as in "ATTACH is not allowed here".
  const std::string& denied() const { return denied_; }

  /// Whether SQL of a suite runs, and no statement of our own.
  bool judges_suites() const { return rules_ == Rules::check; }

  /// The time of the current scope was over.
  bool timed_out() const { return timed_out_; }

  /// Whether the time is over, or Ctrl-C was pressed. SQLite asks by itself, but not reliably while
  /// it hands out rows: whoever reads many of them asks too.
  bool must_stop();

  /// Whether SQL of users that was compiled since the last expect_schema() may change the schema.
  bool schema_may_change() const { return schema_may_change_; }
  /// The schema is known from here on.
  void expect_schema() { schema_may_change_ = false; }

  /// Notes in `touched` what SQL of users that is compiled from here on uses; null: no longer.
  void note_touched(Touched* touched) { touched_ = touched; }
  Touched* touched() const { return touched_; }
  /// As long as it lives, notes the tables and views whose columns SQL of users names, when it is
  /// compiled.
  class Noting {
   public:
    Noting(Guard& guard, std::set<std::string>& tables) : guard_(guard) { guard.reads_ = &tables; }
    ~Noting() { guard_.reads_ = nullptr; }
    Noting(const Noting&) = delete;
    Noting& operator=(const Noting&) = delete;

   private:
    Guard& guard_;
  };

  /// Allows values of any size until the current scope ends.
  void lift_length_limit();

  /// LIKE and GLOB cannot be interrupted either, and a replacement would cost SQLite's use of
  /// indexes for them. Until the scope ends, SQL that was compiled in it and matches such patterns
  /// gets smaller values and a closer look at the clock. Returns whether there is any.
  bool limit_patterns();

  /// Puts user SQL under rules for its lifetime; with limits it is SQL of a suite, and interrupted
  /// when their time is over.
  class Scope {
   public:
    /// With a timeout it has the limits of a suite, whatever the rules.
    Scope(Guard& guard, Rules rules, std::optional<std::chrono::milliseconds> timeout = {});
    Scope(Guard& guard, const RunLimits& limits);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Guard& guard_;
    Rules previous_;
    SqlLimits limits_;
    std::optional<ShortPatience> patience_;
  };

  /// Lets statements of our own run in the middle of a Scope, without rules and clock.
  class Pause {
   public:
    explicit Pause(Guard& guard) : guard_(guard), rules_(guard.rules_) {
      guard.rules_ = Rules::none;
    }
    ~Pause() { guard_.rules_ = rules_; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    Guard& guard_;
    Rules rules_;
  };

 private:
  static int authorize(void* guard, int action, const char* first, const char* second,
                       const char* database, const char* inside);
  static int tick(void* guard);
  int deny(std::string what);

  sqlite3* database_;
  bool may_be_locked_;  ///< by others: it is a file
  Rules rules_ = Rules::none;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  bool timed_out_ = false;
  bool schema_may_change_ = false;
  bool matches_patterns_ = false;
  Touched* touched_ = nullptr;
  bool has_regexp_ = false;
  std::string denied_;
  std::set<std::string>* reads_ = nullptr;
  SlowFunctions functions_;
};

}  // namespace baseline::sqlite
