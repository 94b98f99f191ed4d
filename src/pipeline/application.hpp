#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/result.hpp"
#include "pipeline/context.hpp"
#include "pipeline/hook.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Tells where the application's logs end now.
using LogsNow = std::function<std::vector<LogPosition>()>;

/// Stops and starts the application around one run, and knows what became of it. Without hooks it
/// does nothing.
class ApplicationControl {
 public:
  /// `hooks` and `context` must outlive the object. `command`: of the run, for the hooks.
  ApplicationControl(const Application& hooks, const Context& context, std::string command);

  bool can_stop() const { return hooks_.stop.has_value(); }
  bool can_start() const { return hooks_.start.has_value(); }
  bool can_revert() const { return hooks_.revert.has_value(); }

  /// After a recovery: an interrupted run had stopped it.
  void take_over(ApplicationState state);

  /// Stops it, and makes durable before and after that it is, with where its logs end then, which
  /// is returned. Throws Error{refused} when the command fails; then it may run or not.
  std::vector<LogPosition> stop(Replacement& replacement, const LogsNow& logs);

  /// Stops it once more, because the new database is bad. What goes wrong is told, not thrown.
  std::optional<std::string> stop_again(Replacement* replacement);

  /// Run the hook; what became of it is a check like any other.
  CheckResult revert();
  CheckResult start(Replacement* replacement);

  /// Whether this run, or one before it that was cut off, has stopped it, and nobody has tried to
  /// start it since.
  bool is_stopped() const { return state_ == State::stopped; }

  /// Starts what is_stopped(), at the end of a run that changed nothing; else does nothing.
  void start_again(Replacement* replacement);
  /// That start_again() could not start it, and why.
  const std::optional<std::string>& trouble() const { return trouble_; }

  /// What was done; nothing when nothing was.
  std::optional<ApplicationReport> report() const;

 private:
  enum class State { untouched, stopped, started, failed };

  CheckResult run(Step step, const char* name, const Hook& hook);

  const Application& hooks_;
  const Context& context_;
  std::string command_;
  State state_ = State::untouched;
  std::vector<HookRun> runs_;
  std::optional<std::string> trouble_;
  std::optional<std::chrono::steady_clock::time_point> stopped_at_;
  std::optional<std::chrono::nanoseconds> stopped_for_;
};

/// The kind of the results that hooks give.
inline constexpr std::string_view kHookKind = "hook";

/// What a command of the application did not bring about: "the application did not start"; empty
/// where none has failed.
std::string_view failed_hook(const std::optional<SuiteReport>& results);
/// The same, or "checks failed".
std::string_view what_failed(const std::optional<SuiteReport>& results);

}  // namespace baseline
