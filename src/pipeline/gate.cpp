#include "pipeline/gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/identity.hpp"

namespace baseline {
namespace {

constexpr std::size_t kShownDifferences = 20;

/// What one look at the database told.
struct Sight {
  DatabaseFacts facts;
  Comparison comparison;
  /// No run is under way, and none was cut off; or it has let the application in.
  bool quiet = false;
};

bool is_quiet(const Context& context) {
  return context.store.leftovers().empty() || context.store.admission() ||
         !context.store.interruption();
}

// A run that lets the application in removes its journal before it gives up the lock.
bool was_cut_off(const Context& context) {
  return !context.store.running() && context.store.admission();
}

// Whoever opens a database that a run has frozen is in its way.
std::optional<std::string> run_in_the_way(const Context& context) {
  auto running = context.store.running();
  if (running && context.store.admission()) running.reset();
  return running;
}

Sight look_once(Session& reference, const Context& context, std::span<const std::string> ignored) {
  Sight sight;
  LookOptions options;
  options.count_rows_for = std::chrono::milliseconds(0);
  sight.facts = context.store.look(options);
  sight.comparison = compare(reference, sight.facts, ignored);
  sight.quiet = is_quiet(context);
  return sight;
}

// Only what is at the baseline both before and after a look at the journal is surely not the
// candidate of a run that goes on, or that has just taken it back.
Sight look(Session& reference, const Context& context, std::span<const std::string> ignored) {
  Sight sight = look_once(reference, context, ignored);
  if (!sight.comparison.at_baseline || !sight.quiet) return sight;
  sight.comparison = look_once(reference, context, ignored).comparison;
  return sight;
}

class Gate {
 public:
  Gate(GateRequest& request, const Context& context)
      : request_(request),
        context_(context),
        ignored_(request.deploy.suites.ignored_objects()),
        deadline_(request.deploy.wait),
        end_(SteadyClock::now() + request.deploy.wait) {}

  std::optional<ReplaceReport> pass() {
    for (;;) {
      stop_if_interrupted();
      if (const auto running = run_in_the_way(context_)) {
        wait_for(fmt::format("another run is under way: {}", *running));
        continue;
      }
      try {
        const Sight sight = look();
        if (may_start(sight)) return {};
        if (run_in_the_way(context_)) continue;
        if (sight.quiet && sight.facts.unsettled) {
          settle();
          continue;
        }
        if (request_.deploys) {
          if (sight.quiet && !sight.comparison.at_baseline) demand_wipeable(sight);
          return deploy_now();
        }
        // Whoever was at it may have finished since.
        const Sight again = look();
        if (may_start(again)) return {};
        if (!run_in_the_way(context_)) refuse(again);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::in_use) throw;
        wait_for(error.what());
      }
    }
  }

 private:
  // Where the application may start on what a run that was cut off has left, one that deploys
  // finishes that run first.
  bool may_start(const Sight& sight) {
    if (!sight.quiet) return false;
    const bool rolled_back = !sight.comparison.at_baseline && is_rolled_back(sight.facts);
    if (!sight.comparison.at_baseline && !rolled_back) return false;
    const bool cut_off = was_cut_off(context_);
    if (cut_off && request_.deploys && !rolled_back) return false;
    if (cut_off) {
      context_.observer.warning(
          "an interrupted run has let the application start, and has to be finished: baseline "
          "recover");
    }
    if (rolled_back) {
      context_.observer.warning(fmt::format(
          "{} was rolled back and is not at baseline {}: the application starts on the "
          "database as it was before",
          printable(context_.store.location()), printable(request_.deploy.migration.revision)));
    }
    return true;
  }

  // Whether a rollback took this baseline back, and what it put there is live. A baseline that came
  // since is judged like any other.
  bool is_rolled_back(const DatabaseFacts& live) const {
    if (!live.exists || !live.unreadable.empty() || live.unsettled) return false;
    const PastRuns past = past_runs(context_);
    const auto run = context_.store.admission();
    const HistoryLine* const last = past.last_completed();
    std::string revision;
    if (run && run->replaced) {
      if (run->intent.command != "rollback") return false;
      revision = run->intent.revision;
    } else {
      if (last == nullptr || last->kind != RunKind::rollback) return false;
      revision = last->to;
    }
    if (live.revision.value_or("") != revision) return false;
    const HistoryLine* const undone = past.last_deploy();
    return undone != nullptr && is_deploy_of(request_.deploy.migration, *undone);
  }

  Sight look() { return baseline::look(request_.deploy.reference, context_, ignored_); }

  void wait_for(const std::string& what) {
    stop_if_interrupted();
    context_.observer.waiting("another run, or the application");
    if (deadline_.pause()) return;
    throw Error(ErrorCode::in_use, fmt::format("the application cannot start: {}", what),
                "wait longer with --wait");
  }

  // An application that crashed left a transaction that is rolled back by whoever opens the
  // database next. One that runs is only in the middle of it.
  void settle() {
    const auto replacement =
        context_.store.hold({"run", rfc3339(context_.now())}, Deadline(std::chrono::seconds(1)));
    if (!replacement->interruption()) replacement->settle(Deadline(std::chrono::milliseconds(100)));
  }

  [[noreturn]] void refuse(const Sight& sight) const {
    const std::string database = printable(context_.store.location());
    if (!sight.quiet) {
      throw Error(ErrorCode::refused,
                  fmt::format("the application cannot start: an interrupted run has left {} as it "
                              "is",
                              database),
                  "run: baseline recover");
    }
    const std::string revision = printable(request_.deploy.migration.revision);
    std::string found = "there is none";
    if (!sight.facts.unreadable.empty()) {
      found = sight.facts.unreadable;
    } else if (sight.facts.exists) {
      found = fmt::format("{}, {}",
                          sight.facts.revision ? "it is at " + printable(*sight.facts.revision)
                                               : std::string("it has no revision"),
                          counted(sight.comparison.drift.size(), "difference"));
    }
    Error error(
        ErrorCode::refused,
        fmt::format("the application cannot start: {} is not at baseline {}: {}", database,
                    revision, found),
        "baseline status shows what differs; baseline plan tells what a deploy would do: the "
        "new database is empty, and what is live now is then in a backup only");
    add_differences(sight.comparison.drift, error);
    throw error;
  }

  static void add_differences(const std::vector<SchemaDifference>& drift, Error& error) {
    for (std::size_t i = 0; i < std::min(drift.size(), kShownDifferences); ++i) {
      error.add_note(fmt::format("{} {}{}", drift[i].present_in_actual ? '+' : '-',
                                 printable(drift[i].object),
                                 drift[i].text.empty() ? "" : ": " + printable(drift[i].text)));
    }
    if (drift.size() > kShownDifferences) {
      error.add_note(fmt::format("… and {} more", drift.size() - kShownDifferences));
    }
  }

  // Whatever may be wiped: not what this migration was deployed to.
  void demand_wipeable(const Sight& sight) const {
    const DeployRequest& deploy = request_.deploy;
    require_not_twice(deploy.migration, deploy.reference, sight.facts, sight.comparison.drift,
                      past_runs(context_), context_);
    demand_wipeable(sight.facts);
  }

  // A container that starts with the wrong volume must not wipe it.
  void demand_wipeable(const DatabaseFacts& facts) const {
    const bool holds_something = !facts.unreadable.empty() || !facts.schema.objects.empty();
    if (!facts.exists || !holds_something || request_.wipe_old) return;
    throw Error(
        ErrorCode::refused,
        fmt::format("the application cannot start: {} holds a database that is not at baseline {}",
                    printable(context_.store.location()),
                    printable(request_.deploy.migration.revision)),
        "look at it with baseline status; --wipe-old starts with an empty database, and what is "
        "live "
        "now is then in a backup only");
  }

  std::optional<ReplaceReport> deploy_now() {
    DeployRequest deploy = request_.deploy;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - SteadyClock::now());
    deploy.is_gate = true;
    deploy.wait = std::max(left, std::chrono::milliseconds(0));
    // What is there may have changed until the lock was ours.
    deploy.confirm = [this](const ReplaceReport& plan) {
      demand_wipeable(plan.old);
      return true;
    };
    ReplaceReport report = baseline::deploy(deploy, context_);
    if (report.outcome == Outcome::nothing_to_do) return {};
    return report;
  }

  GateRequest& request_;
  const Context& context_;
  std::vector<std::string> ignored_;
  Deadline deadline_;
  SteadyClock::time_point end_;  ///< the same moment
};

}  // namespace

bool is_gate_open(Session& reference, const Context& context) {
  if (run_in_the_way(context)) return false;
  try {
    const Sight sight = look(reference, context, {});
    return sight.quiet && sight.comparison.at_baseline && !was_cut_off(context);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::in_use) throw;
    return false;
  }
}

std::optional<ReplaceReport> pass_gate(GateRequest request, const Context& context) {
  return Gate(request, context).pass();
}

}  // namespace baseline
