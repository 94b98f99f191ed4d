#pragma once

#include <sqlite3.h>

#include <memory>

namespace baseline::sqlite {

class Guard;

/// SQLite cannot be interrupted while a function runs, and some of its functions take time with the
/// product of the sizes of two arguments, or with a number in an argument: hours in one call. These
/// are replaced on one connection by others of the same name that ask the clock of the guard first,
/// and in user SQL of a suite refuse arguments that would take longer than about a second. What
/// they give is SQLite's own, from a connection without the replacements.
class SlowFunctions {
 public:
  /// Both must outlive it.
  SlowFunctions(sqlite3* database, Guard& guard);
  ~SlowFunctions();
  SlowFunctions(const SlowFunctions&) = delete;
  SlowFunctions& operator=(const SlowFunctions&) = delete;

 private:
  class Original;

  std::unique_ptr<Original> original_;
};

}  // namespace baseline::sqlite
