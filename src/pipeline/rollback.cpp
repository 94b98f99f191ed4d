#include "pipeline/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/backup_file.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/replace.hpp"

namespace baseline {
namespace {

bool replaced_by_us(const CatalogueEntry& entry, const Context& context) {
  return is_of(entry, context) &&
         (entry.manifest->reason == "deploy" || entry.manifest->reason == "rollback");
}

// What the last deploy or rollback replaced: after a deploy the old database, after a rollback the
// one that was rolled back.
CatalogueEntry choose(const RollbackRequest& request, const Context& context) {
  if (!request.to.empty()) {
    CatalogueEntry entry = context.catalogue.find(request.to);
    if (is_of(entry, context)) return entry;
    throw Error(
        ErrorCode::refused,
        fmt::format("the backup {} is of {}, not of {}", printable(entry.id),
                    printable(entry.manifest->database), printable(context.store.location())),
        fmt::format("name that database with --database, or copy the file by hand: {}",
                    printable(entry.directory.native())));
  }
  std::vector<CatalogueEntry> entries = context.catalogue.entries();
  const std::string database = context.store.location();
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const CatalogueEntry& e) {
    return !e.manifest || replaced_by_us(e, context);
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

// The logs that the last runs have recorded: the suites are not at hand here, but after a rollback
// the application begins a new life, too.
std::vector<std::string> known_logs(const Context& context) {
  const History history = read_history(context.catalogue.directory());
  std::vector<std::string> out;
  for (LogPosition& position : recorded_logs(history, context.store.location())) {
    out.push_back(std::move(position.path));
  }
  return out;
}

void require_restorable(const CatalogueEntry& entry) {
  require_data(entry);
  const Payload& payload = entry.manifest->payload;
  if (!payload.companions.empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} is of a database that SQLite could not read, kept with "
                            "its companion files; baseline does not put such a thing back",
                            printable(entry.id)),
                fmt::format("stop the application and copy them by hand: cp {}/{}* …",
                            shell_quoted(entry.directory.native()), shell_quoted(payload.name)));
  }
}

// Where the database that goes live comes from: the catalogue, or a file from elsewhere.
struct BackupSource {
  CatalogueEntry entry;
  std::optional<BackupFile> file;
};

void plan_rollback(const RollbackRequest& request, const Context& context, ReplaceReport& report,
                   BackupSource& source) {
  look_at_live(context, request.dry_run, BackupChoice::automatic, report);
  require_readable_in_place(report);
  if (request.move && report.exchange.exchange == Exchange::in_place) {
    throw Error(ErrorCode::refused,
                fmt::format("a backup cannot be moved to {}: its content goes there in place",
                            printable(report.database)),
                "roll back without --move");
  }
  std::uint64_t needed = 0;
  if (!request.from.empty()) {
    source.file.emplace(request.from, context);
    report.source_id = printable(source.file->path().native());
    report.revision = source.file->revision().value_or("");
    needed = source.file->size();
  } else {
    source.entry = choose(request, context);
    require_restorable(source.entry);
    if (report.exchange.exchange == Exchange::in_place &&
        !source.entry.manifest->unreadable.empty()) {
      throw Error(ErrorCode::refused,
                  fmt::format("the backup {} is of a database that {} could not read, and so its "
                              "content cannot go to {} in place",
                              printable(source.entry.id), context.store.engine(),
                              printable(report.database)),
                  "choose another with --to, or make a swap possible");
    }
    report.source_id = source.entry.id;
    report.revision = source.entry.manifest->revision.value_or("");
    if (!request.move) needed = source.entry.manifest->payload.size;
  }
  if (report.old.exists) require_lasting(report.plan, context);
  require_space(needed, report.old.space_free, "the database's directory");
  require_space(report.plan.space_needed, report.plan.space_free,
                printable(context.catalogue.directory().native()));
}

// For the report; what stands in the way of reading it stands in the way of nothing else.
std::optional<Schema> schema_of(Session& candidate) {
  try {
    return candidate.schema();
  } catch (const Error&) {
    return {};
  }
}

// Makes the backup the candidate, proving its hash on the way, and judges it.
bool stage_entry(const RollbackRequest& request, const CatalogueEntry& entry,
                 const Context& context, Replacement& staged, ReplaceReport& report) {
  staged.stage_backup(Directory::open(entry.directory), entry.manifest->payload, request.move,
                      [&](std::uint64_t done, std::uint64_t total) {
                        stop_if_interrupted();
                        context.observer.progress(Step::stage, done, total);
                      });
  if (!entry.manifest->unreadable.empty()) return true;
  report.before.emplace();
  const auto candidate = staged.open_candidate();
  add_integrity_check(*report.before, *candidate, Session::Depth::quick);
  report.schema = schema_of(*candidate);
  return !report.before->failed();
}

// The same for a file that nobody has sealed: all of it is checked, and only then is it known what
// a packed one holds.
bool stage_file(const BackupFile& file, const Context& context, Replacement& staged,
                ReplaceReport& report) {
  file.stage(staged, context.observer);
  try {
    const auto candidate = staged.open_candidate();
    report.revision = candidate->revision().value_or("");
    report.before.emplace();
    add_integrity_check(*report.before, *candidate, Session::Depth::full);
    report.schema = schema_of(*candidate);
    stop_if_interrupted();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    throw Error(
        ErrorCode::refused,
        fmt::format("{} holds no database that SQLite can read", printable(file.path().native())),
        "name another file with --from");
  }
  return !report.before->failed();
}

ReplaceReport begin_rollback_report(const Context& context) {
  ReplaceReport report;
  report.command = "rollback";
  report.database = context.store.location();
  return report;
}

// The application's old version, then its start. Where the old version cannot be put back, the new
// one must not run on the old database: all is undone. When only the start fails, the old database
// stays: it is what was asked for, and the old version is there.
ReplaceSteps::Started bring_up_old(ApplicationControl& application, Replacement& live,
                                   ReplaceReport& report) {
  SuiteReport& after = report.after.emplace();
  after.phase = Phase::after;
  if (application.can_revert()) {
    after.results.push_back(application.revert());
    if (after.failed()) return ReplaceSteps::Started::swap_back;
  }
  if (application.can_start()) after.results.push_back(application.start(&live));
  return after.failed() ? ReplaceSteps::Started::keep : ReplaceSteps::Started::well;
}

void rollback_now(const RollbackRequest& request, const Context& context,
                  ApplicationControl& application, ReplaceReport& report) {
  const Deadline deadline(request.wait);
  report = begin_rollback_report(context);
  plan_exchange(context, report);
  BackupSource source;
  const std::string started = rfc3339(context.now());

  // Keep other runs out, and put in order what an interrupted one left.
  const auto replacement =
      hold_in_order(context, {"rollback", started}, deadline, application, report);
  if (!application.can_stop()) replacement->require_unused(deadline);
  plan_rollback(request, context, report, source);
  if (report.old.unsettled) {
    replacement->require_unused(deadline);
    report.recovered_crash = settled(*replacement, deadline, true);
    plan_rollback(request, context, report, source);
  }
  report.recovered_crash = report.recovered_crash || report.old.wal_size > 0;
  if (request.confirm && !request.confirm(report)) {
    report.outcome = Outcome::declined;
    return;
  }

  // What is live now may be exactly what cannot be read: it is kept as it is.
  ReplaceSteps steps{make_intent(context, "rollback", started, report.old, report.plan),
                     application, deadline};
  steps.patience = std::max(steps.patience, request.wait);
  steps.as_found = report.old.unsettled || !report.old.unreadable.empty();
  steps.intent.revision = report.revision;
  steps.intent.source_id = report.source_id;
  steps.intent.source_consumed = request.move;
  steps.intent.logs = positions_now(known_logs(context));

  // Build the candidate from the backup.
  steps.stage = [&](Replacement& staged) {
    StepScope step(context.observer, Step::stage);
    const bool good = source.file ? stage_file(*source.file, context, staged, report)
                                  : stage_entry(request, source.entry, context, staged, report);
    if (source.file) steps.intent.revision = report.revision;
    if (!good) step.failed();
    return good;
  };
  // judge_live stays empty: the same bytes were judged before the window, and a second look costs
  // time for nothing.
  steps.conclude = [&] {
    if (request.move) context.catalogue.mark_restored(source.entry.id, rfc3339(context.now()));
  };
  if (application.can_start() || application.can_revert()) {
    steps.bring_up = [&](Replacement& live) { return bring_up_old(application, live, report); };
  }
  replace(steps, context, *replacement, report);
}

}  // namespace

ReplaceReport rollback(const RollbackRequest& request, const Context& context) {
  if (request.dry_run) {
    ReplaceReport report = begin_rollback_report(context);
    plan_exchange(context, report);
    BackupSource source;
    plan_rollback(request, context, report, source);
    report.planned = planned_hooks(request.application, true);
    report.outcome = Outcome::would_do;
    return report;
  }
  ApplicationControl application(request.application, context, "rollback");
  return with_application(application, context, [&](ReplaceReport& report) {
    rollback_now(request, context, application, report);
  });
}

}  // namespace baseline
