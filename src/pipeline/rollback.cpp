#include "pipeline/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/identity.hpp"
#include "pipeline/replace.hpp"
#include "pipeline/rollback_source.hpp"
#include "pipeline/sealing.hpp"

namespace baseline {
namespace {

// The logs that the last runs have recorded: the suites are not at hand here, but after a rollback
// the application begins a new life, too.
std::vector<std::string> known_logs(const Context& context) {
  std::vector<std::string> out;
  for (LogPosition& position : past_runs(context).logs()) {
    out.push_back(std::move(position.path));
  }
  return out;
}

// What was odd about the database when it was kept is no reason to keep it from going back.
void warn_of_oddities(const Manifest& manifest, const Context& context, ReplaceReport& report) {
  if (!manifest.unreadable.empty()) {
    report.warnings.push_back(fmt::format("the backup {} goes back as it was kept: {}",
                                          printable(manifest.id), printable(manifest.unreadable)));
  } else if (!manifest.complaint.empty()) {
    report.warnings.push_back(
        fmt::format("{} finds fault with the backup {}: {}; it goes back as it was kept",
                    context.store.engine(), printable(manifest.id), printable(manifest.complaint)));
  }
}

// In place the engine writes what it reads.
void require_content(const std::filesystem::path& file, const Context& context,
                     const ReplaceReport& report) {
  if (report.exchange.exchange != Exchange::in_place) return;
  LookOptions options;
  options.count_rows_for = std::chrono::milliseconds(0);
  const std::string why = context.store.look_at(file, options).bytes_only;
  if (why.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("the content of {} cannot go to {} in place: {}",
                          printable(file.native()), printable(report.database), printable(why)),
              "choose another backup, or make a swap possible: baseline plan tells why it is not");
}

void require_application(const RollbackRequest& request, const BackupContent& content,
                         const ReplaceReport& report, const Context& context) {
  if (request.replace_any) return;
  require_same_application(request.replaces, report.old, content, report.source_id, context);
}

void plan_rollback(const RollbackRequest& request, const Context& context, ReplaceReport& report,
                   const RollbackSource& source) {
  look_at_live(context, request.dry_run, BackupChoice::automatic, report);
  require_content_in_place(report);
  if (request.move && report.exchange.exchange == Exchange::in_place) {
    throw Error(ErrorCode::refused,
                fmt::format("a backup cannot be moved to {}: its content goes there in place",
                            printable(report.database)),
                "roll back without --move");
  }
  std::uint64_t needed = 0;
  if (source.file) {
    if (!source.file->is_packed()) require_content(source.file->path(), context, report);
    report.source_id = printable(source.file->path().native());
    report.source = source.file->content();
    if (report.source) {
      report.revision = report.source->revision.value_or("");
      require_application(request, *report.source, report, context);
    }
    needed = source.file->size();
  } else {
    require_data(source.entry);
    require_content(source.entry.directory / source.entry.manifest->payload.name, context, report);
    warn_of_oddities(*source.entry.manifest, context, report);
    report.source_id = source.entry.id;
    report.source = content_of(*source.entry.manifest);
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

// Looks at a candidate whose bytes are those that were sealed. Whatever the engine says of them, it
// would have said before, and they go back. `told`: the manifest has said it already.
void look_at_sealed(const Context& context, Replacement& staged, bool told, ReplaceReport& report) {
  std::string complaint;
  const SuddenEnd allowed(true);  // nothing of it is live
  try {
    const auto candidate = staged.open_candidate();
    if (report.revision.empty()) report.revision = candidate->revision().value_or("");
    report.schema = schema_of(*candidate);
    SuiteReport looked;
    add_integrity_check(looked, *candidate, Session::Depth::quick);
    if (looked.failed()) complaint = looked.results.front().got;
    if (complaint.empty()) report.before = std::move(looked);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    complaint = error.what();
  }
  if (complaint.empty() || told) return;
  report.warnings.push_back(fmt::format("{} finds fault with {}: {}; it goes back as it was kept",
                                        context.store.engine(), report.source_id,
                                        printable(complaint)));
}

// Makes the backup the candidate, proving its hash on the way.
void stage_entry(const RollbackRequest& request, const CatalogueEntry& entry,
                 const Context& context, Replacement& staged, ReplaceReport& report) {
  const Directory directory = context.catalogue.open_entry(entry.id);
  require_companions(directory, *entry.manifest);
  staged.stage_backup(directory, entry.manifest->payload, request.move,
                      [&](std::uint64_t done, std::uint64_t total) {
                        stop_if_interrupted();
                        context.observer.progress(Step::stage, done, total);
                      });
  if (!entry.manifest->unreadable.empty()) return;
  look_at_sealed(context, staged, !entry.manifest->complaint.empty(), report);
}

// The same for a file from elsewhere, and only then is it known what a packed one holds. One that
// nobody has sealed is checked: it may have been damaged on its way.
bool stage_file(const RollbackRequest& request, const BackupFile& file, const Context& context,
                Replacement& staged, ReplaceReport& report) {
  file.stage(staged, context.observer);
  if (is_sealed_here(staged.built_sha256(), context)) {
    look_at_sealed(context, staged, false, report);
    return true;
  }
  const SuddenEnd allowed(true);  // nothing of it is live
  try {
    const auto candidate = staged.open_candidate();
    report.revision = candidate->revision().value_or("");
    report.source = BackupContent{file.path().native(), candidate->revision(),
                                  candidate->count_rows(LookOptions().count_rows_for), file.size()};
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
  require_application(request, *report.source, report, context);
  return !report.before->failed();
}

// What the history is to tell of the database that goes live: of a backup, what had once been
// deployed there.
void name_what_comes(const RollbackSource& source, const Context& context,
                     const ReplaceReport& report, Intent& intent) {
  intent.revision = report.revision;
  if (source.file) return;
  const PastRuns runs = past_runs(context);
  const HistoryLine* const origin = runs.origin_of(source.entry.id);
  if (origin == nullptr) return;
  if (intent.revision.empty()) intent.revision = origin->to;
  intent.migration = origin->migration;
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
ReplaceSteps::Started bring_up_old(const Context& context, ApplicationControl& application,
                                   Replacement& live, ReplaceReport& report) {
  SuiteReport& after = report.after.emplace();
  after.phase = Phase::after;
  if (application.can_revert()) {
    after.results.push_back(application.revert());
    if (after.failed()) return ReplaceSteps::Started::swap_back;
  }
  let_application_in(context, live, !application.can_start(), report);
  if (application.can_start()) after.results.push_back(application.start(&live));
  return after.failed() ? ReplaceSteps::Started::keep : ReplaceSteps::Started::well;
}

void rollback_now(const RollbackRequest& request, const Context& context,
                  ApplicationControl& application, ReplaceReport& report) {
  const Deadline deadline(request.wait);
  report = begin_rollback_report(context);
  plan_exchange(context, report);
  const std::string started = rfc3339(context.now());

  // Keep other runs out, and put in order what an interrupted one left.
  const auto replacement =
      hold_in_order(context, {"rollback", started}, deadline, application, report);
  std::optional<RollbackSource> source = choose_source(request, context, report);
  if (!source) return;
  if (!source->file && source->entry.unsealed) {
    const Deadline patience = Deadline(request.wait).at_least(kForSealing);
    const auto late = seal_entry(source->entry, context, patience);
    if (late) context.observer.warning(*late);
  }
  if (!application.can_stop()) replacement->require_unused(deadline);
  plan_rollback(request, context, report, *source);
  if (report.old.unsettled) {
    replacement->require_unused(deadline);
    report.recovered_crash = settled(*replacement, deadline, true);
    plan_rollback(request, context, report, *source);
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
  steps.sealing = request.sealing;
  name_what_comes(*source, context, report, steps.intent);
  steps.intent.source_id = report.source_id;
  steps.intent.source_consumed = request.move;
  steps.logs = [logs = known_logs(context)] { return positions_now(logs); };
  steps.intent.logs = steps.logs();

  // Build the candidate from the backup.
  steps.stage = [&](Replacement& staged) {
    StepScope step(context.observer, Step::stage);
    bool good = true;
    if (source->file) {
      good = stage_file(request, *source->file, context, staged, report);
      steps.intent.revision = report.revision;
    } else {
      stage_entry(request, source->entry, context, staged, report);
    }
    if (!good) step.failed();
    return good;
  };
  // judge_live stays empty: the same bytes were judged before the window, and a second look costs
  // time for nothing.
  steps.conclude = [&] {
    if (request.move) context.catalogue.mark_restored(source->entry.id, rfc3339(context.now()));
  };
  if (application.can_start() || application.can_revert()) {
    steps.bring_up = [&](Replacement& live) {
      return bring_up_old(context, application, live, report);
    };
  }
  replace(steps, context, *replacement, report);
  seal_earlier(request.sealing, context, report);
}

}  // namespace

ReplaceReport rollback(const RollbackRequest& request, const Context& context) {
  if (request.dry_run) {
    ReplaceReport report = begin_rollback_report(context);
    plan_exchange(context, report);
    const std::optional<RollbackSource> source = choose_source(request, context, report);
    if (!source) return report;
    plan_rollback(request, context, report, *source);
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
