#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/observer.hpp"
#include "checks/result.hpp"
#include "checks/selection.hpp"
#include "checks/suite.hpp"
#include "store/engine.hpp"

namespace baseline {

/// What became of one mutant.
struct MutantResult {
  Mutant mutant;
  std::size_t line = 0;  ///< of the migration
  std::string sql;       ///< that line
  /// The check that did not pass, "suite/name [case]", or why a suite did not load; empty:
  /// survived.
  std::string killer;

  bool killed() const { return !killer.empty(); }
};

/// A check that cannot judge mutants.
struct LeftOut {
  std::string check;  ///< "suite/name"
  std::string why;
};

/// What the suites are worth (docs/mutate.md).
struct MutationReport {
  std::string migration;  ///< its file
  std::string revision;
  /// Results that are no pass on the baseline itself. If there are any, no mutant was made.
  std::vector<CheckResult> unfit;
  std::vector<MutantResult> results;  ///< by their place in the migration
  std::size_t made = 0;               ///< changes that the migration offers
  std::optional<std::size_t> sample;  ///< how many of them were to be tried
  std::size_t untried = 0;            ///< of those that were to be tried: a signal came first
  std::optional<int> interrupted;     ///< that signal
  std::size_t stillborn = 0;          ///< could not be applied, so they are none
  std::size_t equivalent = 0;         ///< declare and hold the same as before, so they are none
  std::vector<LeftOut> left_out;
  std::optional<double> demanded;  ///< per cent
  std::chrono::nanoseconds took{};

  std::size_t killed() const;
  /// Of all mutants, in per cent; rounded down to a tenth, so that 100 means all.
  double share() const;
  /// Whether the suites pass on the baseline and kill as much as is demanded.
  bool enough() const;

  struct Count {
    std::size_t killed = 0;
    std::size_t all = 0;
  };
  std::map<MutantKind, Count> by_kind() const;
};

struct MutationRequest {
  const Engine& engine;
  const Migration& migration;
  const Suites& suites;
  const std::vector<SuiteSource>& sources;  ///< that `suites` were loaded from
  SuiteOptions options;
  Selection selection;
  bool strict = false;                     ///< a warning kills, too
  std::optional<double> demanded;          ///< share to kill, per cent
  std::optional<std::size_t> sample = {};  ///< how many changes to try; else all
  std::size_t processes = 1;               ///< that try them at the same time
  Observer* observer = nullptr;            ///< told how far it is
};

/// Bends the migration in every way that the engine knows, one at a time, and runs the suites on
/// what comes out: first those of `before`, then those of `after`, until a check does not pass. The
/// mutant is its own baseline, so that what kills it says what the schema is for, not what it is.
/// Of a sample the changes are spread evenly over the migration, and the same each time. Throws
/// Error{usage} when nothing is selected. `interrupted` is asked between checks and may throw; an
/// Interrupted that comes once mutants are tried ends with the report of those that were.
MutationReport mutate(const MutationRequest& request, const std::function<void()>& interrupted);

}  // namespace baseline
