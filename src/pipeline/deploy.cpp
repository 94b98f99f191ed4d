#include "pipeline/deploy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "os/acting_user.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/identity.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/replace.hpp"
#include "store/file_settings.hpp"

namespace baseline {
namespace {

// Whether there is something to do. Throws when it cannot or should not be done.
bool is_wanted(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  const Comparison comparison = compare(request.reference, report.old, request.suites);
  if (comparison.at_baseline && !request.again) {
    report.outcome = Outcome::nothing_to_do;
    return false;
  }
  const PastRuns past = past_runs(context);
  if (!request.replace_any) {
    require_meant(request.replaces, request.reference.schema(), report.old, past, context);
  }
  if (!request.again) {
    require_not_twice(request.migration, request.reference, report.old, comparison.drift, past,
                      context);
  }
  if (report.old.exists) require_lasting(report.plan, context);
  require_space(report.plan.space_needed, report.plan.space_free,
                printable(context.catalogue.directory().native()));
  warn_of_unreadable(report);
  return true;
}

void look_at_old(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  look_at_live(context, request.dry_run, request.backup, report);
  for (std::string& warning : warnings_about_copies(context)) {
    report.warnings.push_back(std::move(warning));
  }
  if (!request.left_out.empty()) {
    report.warnings.push_back(fmt::format("what {} has behind {} undoes it, and is not applied",
                                          printable(request.migration.file), request.left_out));
  }
  require_content_in_place(report);
  if (!report.old.unreadable.empty() && !request.as_found) {
    throw Error(ErrorCode::refused, report.old.unreadable,
                "repair it, or keep it as it is with --old-unreadable backup");
  }
}

// After the window, still under the lock.
void copy_after(const Context& context, ReplaceReport& report) {
  if (!report.backup) return;
  CatalogueEntry entry = context.catalogue.look_at(report.backup->manifest.id);
  // A copy is made of nothing but what is sealed.
  if (!entry.unsealed) make_copies(entry, context, report.warnings);
  report.copies = entry.record.copies;
  report.late_signal = pending_signal();
}

// After the window, still under the lock.
void prune_after(const DeployRequest& request, const Context& context, ReplaceReport& report) {
  if (!request.keep.says_anything() || report.outcome != Outcome::done || !report.backup) return;
  report.pruned = prune_now(request.keep, context);
}

ReplaceReport begin_deploy_report(const DeployRequest& request, const Context& context) {
  ReplaceReport report;
  report.command = "deploy";
  report.database = context.store.location();
  report.revision = request.migration.revision;
  report.schema = request.reference.schema();
  return report;
}

// Whether a deploy at this moment would end with "in use". Who has the application stopped for him
// need not mind that it runs.
bool in_the_way(const DeployRequest& request, const Context& context, const ReplaceReport& report) {
  return context.store.running() || (!report.old.holders.empty() && !request.application.stop);
}

// What goes live: the migration in a file that is kept as that of the old database is.
std::shared_ptr<Session> successor(const DeployRequest& request, ReplaceReport& report) {
  std::shared_ptr<Session> next(std::shared_ptr<Session>(), &request.reference);  // not owned
  try {
    if (std::unique_ptr<Session> own =
            request.adapt ? request.adapt(report.old.settings) : nullptr) {
      next = std::move(own);
    }
  } catch (Error& error) {
    std::string as_old;
    for (const auto& [name, value] : report.old.settings.items()) {
      as_old += fmt::format("{}{} {}", as_old.empty() ? "" : ", ", name, value);
    }
    error.add_note(fmt::format(
        "the file settings are those of the old database ({}); a migration can set others with "
        "PRAGMAs at its head",
        as_old));
    throw;
  }
  report.settings = next->file_settings();
  return next;
}

// Before anything is touched: a deploy whose checks are all skipped proves nothing.
void require_proof(const DeployRequest& request) {
  const bool runs = std::ranges::any_of(request.suites.checks(),
                                        [](const auto& check) { return !check->head().skip; });
  if (runs) return;
  throw Error(ErrorCode::usage, "all checks are skipped, so a deploy would prove nothing",
              "give a check without 'skip'");
}

// The key of the run that the history has told of last, or empty.
std::string last_told(const Context& context) {
  const PastRuns past = past_runs(context);
  return past.last() == nullptr ? std::string() : past.last()->run;
}

// A plan has no lock. Where a run is at work meanwhile, the database is seen as it was and the
// history as it is, or the other way round, and a refusal for that would be none of the deploy.
bool is_wanted_unlocked(const DeployRequest& request, const Context& context,
                        ReplaceReport& report) {
  const Deadline deadline(request.wait);
  for (;;) {
    stop_if_interrupted();
    auto running = context.store.running();
    const std::string told = last_told(context);
    look_at_old(request, context, report);
    try {
      return is_wanted(request, context, report);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::refused) throw;
      if (!running) running = context.store.running();
      if (!running && last_told(context) == told) throw;
    }
    if (!running || deadline.pause()) continue;
    throw Error(ErrorCode::in_use,
                fmt::format("another run is under way: {}; nothing was changed", *running),
                "wait for it with --wait");
  }
}

ReplaceReport dry_run(const DeployRequest& request, const Context& context, ReplaceReport report) {
  if (!is_wanted_unlocked(request, context, report)) return report;
  warn_of_complaint(context, report);
  const auto next = successor(request, report);
  StepScope step(context.observer, Step::check_candidate);
  report.before = request.judge(Phase::before, *next);
  if (report.before->failed()) step.failed();
  if (request.judged) request.judged(*report.before);
  if (report.before->nothing_ran()) {
    throw Error(ErrorCode::usage, "no check runs on the new database before the swap",
                "those that were selected run on the live one: baseline verify");
  }
  report.planned = planned_hooks(request.application, false);
  report.outcome = report.before->failed()                ? Outcome::checks_failed
                   : in_the_way(request, context, report) ? Outcome::would_wait
                                                          : Outcome::would_do;
  return report;
}

// A deploy must not look as if checks had judged the live database when all of them wait for the
// application. (What was added is the engine's own look at the file.)
void warn_if_unproven(ReplaceReport& report) {
  if (report.outcome != Outcome::done || !report.after || report.after->deferred() == 0) return;
  const auto judged = [](const CheckResult& result) {
    return result.status != Status::skip && result.check->kind != kIntegrityKind &&
           result.check->kind != kHookKind;
  };
  if (std::ranges::any_of(report.after->results, judged)) return;
  report.warnings.emplace_back("no check of the suites has judged the live database yet");
}

// A database that a running application is writing to looks for a moment as if a crashed writer had
// left it.
void look_until_settled(const DeployRequest& request, const Context& context,
                        ReplaceReport& report) {
  look_at_old(request, context, report);
  if (!request.application.stop) return;
  const Deadline deadline = Deadline(request.wait).at_least(std::chrono::seconds(2));
  while (report.old.unsettled && deadline.pause()) {
    stop_if_interrupted();
    look_at_old(request, context, report);
  }
}

// Results of checks that waited for the application take the places that were kept for them.
void fill_in(SuiteReport& report, SuiteReport running) {
  auto next = running.results.begin();
  for (CheckResult& result : report.results) {
    if (result.deferred && next != running.results.end()) result = std::move(*next++);
  }
  report.took += running.took;
}

// Starts the application on the new database, and judges what needs it.
ReplaceSteps::Started bring_up_new(const DeployRequest& request, const Context& context,
                                   const ReplaceSteps& steps, Replacement& replacement,
                                   ReplaceReport& report) {
  let_application_in(context, replacement, false, report);
  report.after->results.push_back(steps.application.start(&replacement));
  const bool started = report.after->results.back().status == Status::pass;
  if (started && request.judge_running && report.after->deferred() > 0) {
    StepScope step(context.observer, Step::check_live);
    try {
      const auto live = context.store.open_live();
      fill_in(*report.after, request.judge_running(*live, steps.intent.logs));
      if (report.after->failed()) step.failed();
    } catch (const std::exception& error) {  // a surprise, too: nobody has judged it then
      CheckResult& result = report.after->results.back();
      step.failed();
      result.status = Status::error;
      result.expected = "checks of the running application";
      result.got = error.what();
    }
  }
  if (request.judged) request.judged(*report.after);
  if (!report.after->failed()) return ReplaceSteps::Started::well;
  return request.keep_on_failure ? ReplaceSteps::Started::keep : ReplaceSteps::Started::swap_back;
}

void deploy_now(const DeployRequest& request, const Context& context,
                ApplicationControl& application, ReplaceReport& report) {
  const Deadline deadline(request.wait);
  report = begin_deploy_report(request, context);
  plan_exchange(context, report);
  const std::string started = rfc3339(context.now());

  // Keep other runs out, and put in order what an interrupted one left.
  const auto replacement =
      hold_in_order(context, {"deploy", started}, deadline, application, report);

  // Look at the old database, after SQLite has brought in what a crashed writer left. One that is
  // at the baseline already is left alone.
  look_until_settled(request, context, report);
  if (report.old.unsettled) {
    replacement->require_unused(deadline);
    report.recovered_crash = settled(*replacement, deadline, request.as_found);
    look_at_old(request, context, report);
  }
  if (!is_wanted(request, context, report)) return;
  const auto next = successor(request, report);

  // Nobody may be using it, but an application that will be stopped; and the operator has to want
  // it.
  if (!application.can_stop()) replacement->require_unused(deadline);
  report.recovered_crash = report.recovered_crash || report.old.wal_size > 0;
  if (request.confirm && !request.confirm(report)) {
    report.outcome = Outcome::declined;
    return;
  }

  ReplaceSteps steps{make_intent(context, "deploy", started, report.old, report.plan), application,
                     deadline};
  steps.patience = std::max(steps.patience, request.wait);
  // A database that can be read is frozen in any case: one file that rollback can put back.
  steps.as_found = request.as_found && (report.old.unsettled || !report.old.unreadable.empty());
  steps.keep_on_failure = request.keep_on_failure;
  steps.is_gate = request.is_gate;
  steps.sealing = request.sealing;
  steps.intent.revision = request.migration.revision;
  steps.intent.migration = digest_of(request.migration);
  if (report.old.exists) steps.intent.also = context.also;
  steps.logs = [&] {
    const AsStartingUser reads;  // the suites name them
    return positions_now(request.suites.logs());
  };
  steps.intent.logs = steps.logs();

  // Build the new database beside the old one, where nobody can see it, and judge it before it goes
  // live. A failed suite costs nothing.
  steps.stage = [&](Replacement& staged) {
    {
      const StepScope step(context.observer, Step::stage);
      staged.stage(*next);
    }
    StepScope step(context.observer, Step::check_candidate);
    const SuddenEnd allowed(true);  // nothing of it is live
    const auto candidate = staged.open_candidate();
    report.before = request.judge(Phase::before, *candidate);
    add_integrity_check(*report.before, *candidate, Session::Depth::full);
    if (request.judged) request.judged(*report.before);
    if (report.before->failed()) step.failed();
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

  if (application.can_start()) {
    steps.bring_up = [&](Replacement& live) {
      return bring_up_new(request, context, steps, live, report);
    };
  }

  // Freeze the old, exchange, judge the live, start the application, file and seal the backup.
  replace(steps, context, *replacement, report);
  warn_of_failure(report, "the results of the checks could not be looked at again",
                  [&] { warn_if_unproven(report); });
  warn_of_failure(report, "the new backup could not be looked at again",
                  [&] { copy_after(context, report); });
  seal_earlier(request.sealing, context, report);
  warn_of_failure(report, "old backups could not be pruned",
                  [&] { prune_after(request, context, report); });
}

}  // namespace

Comparison compare(Session& reference, const DatabaseFacts& facts, const Suites& suites) {
  return compare(reference, facts, suites.ignored_objects());
}

Comparison compare(Session& reference, const DatabaseFacts& facts,
                   std::span<const std::string> ignored) {
  Comparison result;
  if (!facts.exists || !facts.unreadable.empty() || facts.unsettled) return result;
  result.drift = differences(reference.schema(), facts.schema, ignored);
  result.at_baseline = result.drift.empty();
  return result;
}

ReplaceReport deploy(const DeployRequest& request, const Context& context) {
  require_proof(request);
  if (request.dry_run) {
    ReplaceReport report = begin_deploy_report(request, context);
    plan_exchange(context, report);
    return dry_run(request, context, std::move(report));
  }
  ApplicationControl application(request.application, context, "deploy");
  return with_application(application, context, [&](ReplaceReport& report) {
    deploy_now(request, context, application, report);
  });
}

}  // namespace baseline
