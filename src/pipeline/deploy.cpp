#include "pipeline/deploy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/replace.hpp"

namespace baseline {
namespace {

// Only a database that is not at the baseline is replaced without being told twice: a repeated
// command must not wipe what users have added since.
void require_unstamped(const DeployRequest& request, const ReplaceReport& report,
                       const Comparison& comparison) {
  if (!comparison.stamped || comparison.drift.empty() || request.again) return;
  const SchemaDifference& first = comparison.drift.front();
  throw Error(
      ErrorCode::refused,
      fmt::format("{} is stamped {} already, but its schema differs from the baseline in {} "
                  "(first: {}{}{})",
                  printable(report.database), request.migration.revision,
                  counted(comparison.drift.size(), "place"), first.object,
                  first.text.empty() ? "" : ": ", first.text),
      "baseline status shows the differences; to replace the database all the same, add "
      "--again");
}

// Whether there is something to do. Throws when it cannot or should not be done.
bool is_wanted(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  const Comparison comparison = compare(request.reference, report.old, request.suites);
  if (comparison.at_baseline && !request.again) {
    report.outcome = Outcome::nothing_to_do;
    return false;
  }
  require_unstamped(request, report, comparison);
  require_space(report.plan.space_needed, report.plan.space_free,
                printable(context.catalogue.directory().native()));
  return true;
}

void look_at_old(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  look_at_live(context, request.dry_run, request.backup, report);
  for (std::string& warning : warnings_about_copies(request.also, context)) {
    report.warnings.push_back(std::move(warning));
  }
  if (report.old.unreadable.empty()) return;
  require_readable_in_place(report);
  if (!request.as_found) {
    throw Error(ErrorCode::refused, report.old.unreadable,
                "repair it, or keep it as it is with --old-unreadable backup");
  }
}

// After the window, still under the lock.
void copy_after(const Context& context, ReplaceReport& report) {
  if (!report.backup) return;
  CatalogueEntry entry = context.catalogue.look_at(report.backup->manifest.id);
  make_copies(entry, context, report.warnings);
  report.copies = entry.record.copies;
  report.late_signal = pending_signal();
}

// After the window, still under the lock. The deploy has succeeded whatever becomes of this.
void prune_after(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  if (!request.keep.says_anything() || report.outcome != Outcome::done || !report.backup) return;
  try {
    report.pruned = prune_now(request.keep, context);
  } catch (const Error& error) {
    report.warnings.push_back(fmt::format("old backups could not be pruned: {}", error.what()));
  } catch (const Interrupted&) {
    report.late_signal = pending_signal();
  }
}

ReplaceReport begin_report(const DeployRequest& request, const Context& context) {
  ReplaceReport report;
  report.command = "deploy";
  report.database = context.store.location();
  report.revision = request.migration.revision;
  return report;
}

ReplaceReport dry_run(const DeployRequest& request, const Context& context, ReplaceReport report) {
  look_at_old(request, context, report);
  if (!is_wanted(request, context, report)) return report;
  const StepScope step(context.observer, Step::check_candidate);
  report.before = request.judge(Phase::before, request.reference);
  if (request.judged) request.judged(*report.before);
  if (report.before->results.empty()) {
    throw Error(ErrorCode::usage, "no check runs on the new database before the swap",
                "those that were selected run on the live one: baseline verify");
  }
  report.outcome = report.before->failed() ? Outcome::checks_failed : Outcome::would_do;
  return report;
}

// A deploy must not look as if checks had judged the live database when all of them wait for the
// application. (What was added is the engine's own look at the file.)
void warn_if_unproven(ReplaceReport& report) {
  if (report.outcome != Outcome::done || !report.after || report.after->deferred() == 0) return;
  const auto judged = [](const CheckResult& result) {
    return result.status != Status::skip && result.kind != kIntegrityKind;
  };
  if (std::ranges::any_of(report.after->results, judged)) return;
  report.warnings.push_back("no check of the suites has judged the live database yet");
}

}  // namespace

Comparison compare(Session& reference, const DatabaseFacts& facts, const Suites& suites) {
  Comparison result;
  if (!facts.exists || !facts.unreadable.empty() || facts.unsettled) return result;
  const std::vector<std::string> ignored = suites.ignored_objects();
  result.drift = differences(reference.schema(), facts.schema, ignored);
  const auto stamp = reference.revision();
  result.stamped = stamp && facts.revision == stamp;
  result.at_baseline = result.drift.empty() && facts.revision == stamp;
  return result;
}

ReplaceReport deploy(const DeployRequest& request, const Context& context) {
  const Deadline deadline(request.wait);
  ReplaceReport report = begin_report(request, context);
  plan_exchange(context, report);
  if (request.dry_run) return dry_run(request, context, std::move(report));
  const std::string started = rfc3339(context.now());

  // Keep other runs out, and put in order what an interrupted one left.
  const auto replacement = hold_in_order(context, {"deploy", started}, deadline, report);

  // Look at the old database, after SQLite has brought in what a crashed writer left. One that is
  // at the baseline already is left alone.
  look_at_old(request, context, report);
  if (report.old.unsettled) {
    replacement->require_unused(deadline);
    report.recovered_crash = settled(*replacement, deadline, request.as_found);
    look_at_old(request, context, report);
  }
  if (!is_wanted(request, context, report)) return report;

  // Nobody may be using it, and the operator has to want it.
  replacement->require_unused(deadline);
  report.recovered_crash = report.recovered_crash || report.old.wal_size > 0;
  if (request.confirm && !request.confirm(report)) {
    report.outcome = Outcome::declined;
    return report;
  }

  ReplaceSteps steps{make_intent(context, "deploy", started, report.old, report.plan), deadline};
  // A database that can be read is frozen in any case: one file that rollback can put back.
  steps.as_found = request.as_found && (report.old.unsettled || !report.old.unreadable.empty());
  steps.keep_on_failure = request.keep_on_failure;
  steps.intent.revision = request.migration.revision;
  if (report.old.exists) steps.intent.also = request.also;
  steps.intent.logs = positions_now(request.suites.logs());

  // Build the new database beside the old one, where nobody can see it, and judge it before it goes
  // live. A failed suite costs nothing.
  steps.stage = [&](Replacement& staged) {
    {
      const StepScope step(context.observer, Step::stage);
      staged.stage(request.reference);
    }
    const StepScope step(context.observer, Step::check_candidate);
    const auto candidate = staged.open_candidate();
    report.before = request.judge(Phase::before, *candidate);
    add_integrity_check(*report.before, *candidate, Session::Depth::full);
    if (request.judged) request.judged(*report.before);
    return !report.before->failed();
  };

  // Judge what is live now, before anybody uses it.
  steps.judge_live = [&](Replacement& swapped) {
    const auto live = swapped.open_live();
    report.after = request.judge(Phase::after, *live);
    add_integrity_check(*report.after, *live, Session::Depth::quick);
    if (request.judged) request.judged(*report.after);
    return !report.after->failed();
  };

  // Freeze the old, exchange, judge the live, file and seal the backup.
  replace(steps, context, *replacement, report);
  warn_if_unproven(report);
  copy_after(context, report);
  prune_after(request, context, report);
  return report;
}

}  // namespace baseline
