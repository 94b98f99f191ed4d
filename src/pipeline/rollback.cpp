#include "pipeline/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/recover.hpp"
#include "pipeline/replace.hpp"

namespace baseline {
namespace {

bool replaced_by_us(const CatalogueEntry& entry, const std::string& database) {
  return entry.manifest && entry.manifest->database == database &&
         (entry.manifest->reason == "deploy" || entry.manifest->reason == "rollback");
}

// What the last deploy or rollback replaced: after a deploy the old database, after a rollback the
// one that was rolled back.
CatalogueEntry choose(const RollbackRequest& request, const Context& context) {
  if (!request.to.empty()) return context.catalogue.find(request.to);
  std::vector<CatalogueEntry> entries = context.catalogue.entries();
  const std::string database = context.store.location();
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const CatalogueEntry& e) {
    return !e.manifest || replaced_by_us(e, database);
  });
  if (newest == entries.rend()) {
    throw Error(ErrorCode::usage,
                fmt::format("there is no backup of {} in {} to go back to", printable(database),
                            printable(context.catalogue.directory().native())),
                "name the directory of its backups with --backups, or one of them with --to; "
                "baseline backups list shows them");
  }
  // A damaged newest one is not passed over in silence: an older database would come back.
  return context.catalogue.find(newest->id);
}

void require_restorable(const CatalogueEntry& entry) {
  const Manifest& manifest = *entry.manifest;
  const std::string id = printable(entry.id);
  if (!manifest.restored.empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} went back into place at {}, so there is nothing left in "
                            "it",
                            id, manifest.restored),
                "choose another with --to; baseline backups list shows them");
  }
  if (!manifest.payload.companions.empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} is of a database that SQLite could not read, kept with "
                            "its companion files; baseline does not put such a thing back",
                            id),
                fmt::format("stop the application and copy them by hand: cp {}/{}* …",
                            shell_quoted(entry.directory.native()),
                            shell_quoted(manifest.payload.name)));
  }
}

SuiteReport judge_integrity(Phase phase, Session& subject) {
  SuiteReport report;
  report.phase = phase;
  CheckResult result;
  result.suite = "baseline";
  result.name = "quick_check";
  result.kind = "integrity";
  const auto problem = subject.integrity_problem(Session::Depth::quick);
  if (problem) {
    result.status = Status::fail;
    result.expected = "a sound database file";
    result.got = *problem;
  }
  report.results.push_back(std::move(result));
  return report;
}

void look(const RollbackRequest& request, const Context& context, ReplaceReport& report) {
  const StepScope step(context.observer, Step::look);
  LookOptions options;
  options.holders = request.dry_run;
  report.old = context.store.look(options);
  context.catalogue.require_usable();
  report.plan = context.store.plan_backup(BackupChoice::automatic, context.catalogue.directory());
  report.warnings = report.old.warnings;
}

void plan(const RollbackRequest& request, const Context& context, ReplaceReport& report,
          CatalogueEntry& entry) {
  look(request, context, report);
  entry = choose(request, context);
  require_restorable(entry);
  report.source_id = entry.id;
  report.revision = entry.manifest->revision.value_or("");
  if (!request.move) {
    require_space(entry.manifest->payload.size, report.old.space_free, "the database's directory");
  }
  require_space(report.plan.space_needed, report.plan.space_free,
                printable(context.catalogue.directory().native()));
}

}  // namespace

ReplaceReport rollback(const RollbackRequest& request, const Context& context) {
  const Deadline deadline(request.wait);
  require_place(context);
  ReplaceReport report;
  report.command = "rollback";
  report.database = context.store.location();
  CatalogueEntry entry;
  if (request.dry_run) {
    plan(request, context, report, entry);
    report.outcome = Outcome::would_do;
    return report;
  }
  const std::string started = rfc3339(context.now());

  // Keep other runs out, and put in order what an interrupted one left.
  const auto replacement = context.store.hold({"rollback", started}, deadline);
  report.recovered = recover(context, *replacement);
  if (report.recovered) context.store.require_replaceable();

  replacement->require_unused(deadline);
  plan(request, context, report, entry);
  if (request.confirm && !request.confirm(report)) throw Interrupted(SIGINT);

  // What is live now may be exactly what cannot be read: it is kept as it is.
  ReplaceSteps steps{make_intent(context, "rollback", started, report.old, report.plan), deadline};
  steps.as_found = !report.old.unreadable.empty();
  steps.intent.revision = report.revision;
  steps.intent.source_id = entry.id;
  steps.intent.source_consumed = request.move;
  const bool readable = entry.manifest->unreadable.empty();

  // Build the candidate from the backup, proving its hash on the way.
  steps.stage = [&](Replacement& staged) {
    const StepScope step(context.observer, Step::stage);
    staged.stage_backup(Directory::open(entry.directory), entry.manifest->payload, request.move,
                        [&](std::uint64_t done, std::uint64_t total) {
                          stop_if_interrupted();
                          context.observer.progress(Step::stage, done, total);
                        });
    if (!readable) return true;
    report.before = judge_integrity(Phase::before, *staged.open_candidate());
    return !report.before->failed();
  };
  // The same bytes were judged before the window; a second look costs time for nothing.
  steps.judge_live = [] { return true; };
  steps.conclude = [&] {
    if (request.move) context.catalogue.mark_restored(entry.id, rfc3339(context.now()));
  };
  replace(steps, context, *replacement, report);
  return report;
}

}  // namespace baseline
