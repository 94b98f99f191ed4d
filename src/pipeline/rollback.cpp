#include "pipeline/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/recover.hpp"
#include "pipeline/replace.hpp"

namespace baseline {
namespace {

// A catalogue may serve several databases. The one beside a database is its own, though the path
// may read differently there (in a container, after a move).
bool is_of(const CatalogueEntry& entry, const Context& context) {
  const std::filesystem::path database = context.store.location();
  if (entry.manifest->database == database.native()) return true;
  return context.catalogue.directory() == context.store.default_catalogue() &&
         entry.manifest->payload.name == database.filename().native();
}

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
    throw Error(
        ErrorCode::refused,
        fmt::format("the backup {} is of a database that SQLite could not read, kept with "
                    "its companion files; baseline does not put such a thing back",
                    id),
        fmt::format("stop the application and copy them by hand: cp {}/{}* …",
                    shell_quoted(entry.directory.native()), shell_quoted(manifest.payload.name)));
  }
}

void plan(const RollbackRequest& request, const Context& context, ReplaceReport& report,
          CatalogueEntry& entry) {
  look_at_live(context, request.dry_run, BackupChoice::automatic, report);
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
  report.recovered = recover(context, *replacement, deadline);
  if (report.recovered) context.store.require_replaceable();

  replacement->require_unused(deadline);
  plan(request, context, report, entry);
  if (report.old.unsettled) {
    report.recovered_crash = settled(*replacement, deadline, true);
    plan(request, context, report, entry);
  }
  report.recovered_crash = report.recovered_crash || report.old.wal_size > 0;
  if (request.confirm && !request.confirm(report)) {
    report.outcome = Outcome::declined;
    return report;
  }

  // What is live now may be exactly what cannot be read: it is kept as it is.
  ReplaceSteps steps{make_intent(context, "rollback", started, report.old, report.plan), deadline};
  steps.as_found = report.old.unsettled || !report.old.unreadable.empty();
  steps.intent.revision = report.revision;
  steps.intent.source_id = entry.id;
  steps.intent.source_consumed = request.move;
  steps.intent.logs = positions_now(known_logs(context));
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
    report.before.emplace();
    add_integrity_check(*report.before, *staged.open_candidate(), Session::Depth::quick);
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
