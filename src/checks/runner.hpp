#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "checks/result.hpp"
#include "checks/selection.hpp"
#include "checks/suite.hpp"
#include "checks/surroundings.hpp"

namespace baseline {

/// The time that waiting goes by. Tests bring their own.
struct Pace {
  std::function<std::chrono::steady_clock::time_point()> now;
  /// Sleeps, or less when a signal asks to stop.
  std::function<void(std::chrono::nanoseconds)> sleep;
};

/// The real time.
Pace real_pace();

/// How a phase is run, and what its results print.
struct RunOptions {
  Selection selection;
  bool strict = false;  ///< warnings fail the run too
  std::string rerun;    ///< the command that runs the phase again, for the `rerun` line
  /// Whether the application uses the database meanwhile. In the phase `after` of a deploy it is
  /// stopped and stays so until the phase has ended: checks that need it are skipped there.
  bool application_runs = false;
  /// Of these only the ones that were skipped while it was stopped.
  bool only_deferred = false;
  Surroundings surroundings = {};
  Pace pace = real_pace();
  /// Told, before each sleep, what is waited for: "operations/the bot is ready", "3 checks".
  std::function<void(std::string_view)> on_wait = {};
};

/// The reason of what is skipped because the application is stopped.
inline constexpr std::string_view kNeedsApplication =
    "needs the running application; baseline verify runs it";

/// Runs the checks of `phase` against `subject` in file order, on this thread. A check with `wait`
/// that fails, or finds the database locked, is tried again until it passes or its time is over:
/// soon at first, then each second, all of them in turn, so that together they take as long as the
/// longest (docs/checks.md, "Waiting"). Results are told in file order all the same. Only where the
/// application runs is anything waited for.
/// Nothing that a check does can change the subject: what writes runs on scratch copies
/// (docs/checks.md, "Isolation"). Throws Error{usage} when nothing is selected in either phase,
/// Error{io} when the database cannot be used at all; a locked one is a result of status `error`,
/// and tried again where the check waits. `interrupted` is asked between checks and after each
/// sleep; it may throw.
SuiteReport run_suites(const Suites& suites, Phase phase, Session& subject, Session& reference,
                       const RunOptions& options,
                       const std::function<void(const CheckResult&)>& on_result,
                       const std::function<void()>& interrupted);

/// The block that a failed check prints (docs/checks.md, "Results"), ending with a newline.
std::string failure_block(const CheckResult& result);

}  // namespace baseline
