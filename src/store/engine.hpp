#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/migration.hpp"
#include "store/mutant.hpp"
#include "store/session.hpp"

namespace baseline {

struct FileSettings;

/// The library that does an engine's work, for those who have to reproduce what it did.
struct EngineFacts {
  std::string name;                  ///< "SQLite"
  std::string version;               ///< that is loaded now, not the one compiled against
  std::string source;                ///< what the library says it was made from
  std::vector<std::string> options;  ///< it was compiled with, and that change what it does
};

/// What two databases differ in: in what they declare, or in their rows.
struct Difference {
  bool settings = false;  ///< in what is no object, as user_version
  /// The tables, views and triggers that differ, in lower case, and whatever their definitions name
  /// that they did not name before.
  std::set<std::string, std::less<>> names;

  bool any() const { return settings || !names.empty(); }
};

/// The time that SQL is told. What is applied twice while it is held has the same
/// CURRENT_TIMESTAMP. `later` is more than a year ahead, each time by another year, day of the
/// week, hour, minute and second.
enum class SqlClock { real, held, later };

/// What an engine can do without a database: the part of the seam that needs no path. Commands that
/// work on a migration alone, such as those of `baseline checks`, need no more.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual EngineFacts facts() const = 0;

  /// The migration applied in private. Throws Error{usage} with FILE:LINE:COLUMN.
  virtual std::unique_ptr<Session> apply(const Migration& migration) const = 0;

  /// Behind which line of the migration's file there is what undoes the rest, and apply() leaves
  /// out: "'-- +goose Down' (line 9)". Empty where all of it is applied.
  virtual std::string left_out(const Migration& migration) const = 0;

  /// What apply() made, as it takes the place of a file with these settings: each that the
  /// migration does not set itself is that of `old`. Null when `reference` is so already. Throws as
  /// apply(), for a statement may fail in another encoding.
  virtual std::unique_ptr<Session> adapted(Session& reference, const Migration& migration,
                                           const FileSettings& old) const = 0;

  /// What apply() made as the live database that a deploy leaves: its scratch copies have the
  /// schema and no rows.
  virtual std::unique_ptr<Session> deployed(Session& reference) const = 0;

  /// The small changes that can be made to the migration, in the order of their places. What one
  /// of them makes of it may not apply, or may be the same() as before.
  virtual std::vector<Mutant> mutants(const Migration& migration) const = 0;

  /// Which time SQL is told in this process.
  virtual void set_clock(SqlClock clock) const = 0;

  /// What two databases that apply() made differ in.
  virtual Difference difference(Session& a, Session& b) const = 0;
};

/// For its lifetime.
class SqlTime {
 public:
  SqlTime(const Engine& engine, SqlClock clock) : engine_(engine) { engine_.set_clock(clock); }
  ~SqlTime() { engine_.set_clock(SqlClock::real); }
  SqlTime(const SqlTime&) = delete;
  SqlTime& operator=(const SqlTime&) = delete;

 private:
  const Engine& engine_;
};

}  // namespace baseline
