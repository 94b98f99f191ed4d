#include "pipeline/recover.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/filing.hpp"

namespace baseline {
namespace {

// A word of warning; what is live is live, and the old database has to be kept in any case.
void warn_of_damage(const Context& context) {
  try {
    const auto problem = surprises_as_errors(
        [&] { return context.store.open_live()->integrity_problem(Session::Depth::quick); });
    if (!problem) return;
    context.observer.warning(fmt::format("the live database is damaged: {}", *problem));
  } catch (const Error& error) {
    context.observer.warning(fmt::format("the live database cannot be checked: {}", error.what()));
  }
}

// A rollback to a database that was kept with companions may have been cut off before they were all
// beside it.
void place_companions(const Context& context, Replacement& replacement, const Intent& intent) {
  const Catalogue& catalogue = context.catalogue;
  if (!catalogue.contains(intent.source_id)) return;
  const CatalogueEntry source = catalogue.look_at(intent.source_id);
  if (source.unread) throw unread_error(source);
  if (!source.manifest || source.manifest->payload.companions.empty()) return;
  if (replacement.place_companions(catalogue.open_entry(source.id), source.manifest->payload)) {
    return;
  }
  context.observer.warning(
      fmt::format("somebody has used the live database before {} could be put beside it; they are "
                  "in {}",
                  printable(join(source.manifest->payload.companions, ", ")),
                  printable(source.directory.native())));
}

// The new database is live: what is left is to keep the old one.
void finish_run(const Context& context, Replacement& replacement, const Intent& intent,
                RecoveryReport& report) {
  place_companions(context, replacement, intent);
  warn_of_damage(context);
  report.finished = true;
  report.backup = file_backup(context, replacement, intent, DraftContent::outdated, Sealing::now);
  if (intent.source_consumed) {
    context.catalogue.mark_restored(intent.source_id, rfc3339(context.now()));
  }
  // The history may have the line already, when only the end of the journal was missing.
  if (!is_recorded(context, intent)) {
    record(context, intent,
           {"recover",
            fmt::format("finished the {}", intent.command),
            true,
            report.backup,
            {},
            replacement.built_sha256()});
  }
  replacement.finish();
  context.observer.note(
      fmt::format("an interrupted {} of {} was finished: the new database is live; its last checks "
                  "may not have run, so run: baseline verify",
                  intent.command, intent.started));
}

void undo_run(const Context& context, Replacement& replacement, const Intent& intent,
              RecoveryReport& report) {
  report.backup = undo(context, replacement, intent);
  try {
    surprises_as_errors([&] {
      record(context, intent, {"recover", fmt::format("undid the {}", intent.command), false});
    });
  } catch (const Error& error) {
    // The catalogue may be on a disk that is not there; the database must not wait for it.
    context.observer.warning(fmt::format("the history has no line for this: {}", error.what()));
  }
  replacement.finish();
  context.observer.note(fmt::format("an interrupted {} of {} was undone: the old database is live",
                                    intent.command, intent.started));
}

// The journal tells where its run keeps the backups, but it is not obeyed in that: the person who
// recovers says it too. Beside the database it may read differently (in a container, after a move).
void require_same_catalogue(const Context& context, const Intent& intent) {
  const std::filesystem::path& ours = context.catalogue.directory();
  const bool beside =
      ours == context.store.default_catalogue() && intent.catalogue.filename() == ours.filename();
  if (intent.catalogue == ours || beside) return;
  throw Error(
      ErrorCode::refused,
      fmt::format("the interrupted {} of {} keeps its backups in {}, and this run in {}",
                  intent.command, printable(context.store.location()),
                  printable(intent.catalogue.native()), printable(ours.native())),
      fmt::format("baseline recover --database {} --backups {}",
                  shell_quoted(context.store.location()), shell_quoted(intent.catalogue.native())));
}

}  // namespace

std::optional<RecoveryReport> recover(const Context& context, Replacement& replacement,
                                      const Deadline& deadline, ApplicationControl& application) {
  if (!replacement.interruption()) {
    replacement.tidy();
    return {};
  }
  const Interruption interruption = *replacement.interruption();
  const Intent& intent = interruption.intent;
  require_same_catalogue(context, intent);
  const SuddenEnd none(false);
  const StepScope step(context.observer, Step::recover);
  RecoveryReport report;
  report.command = intent.command;
  report.started = intent.started;
  report.application = interruption.application;
  application.take_over(interruption.application);
  switch (interruption.position) {
    case Position::undecidable:
      throw Error(ErrorCode::needs_person, interruption.detail,
                  "put the right one at the database path, move the other away, then remove the "
                  "journal; nothing was changed");
    case Position::swapped:
      if (!interruption.reverting) {
        finish_run(context, replacement, intent, report);
        break;
      }
      // Its checks had failed: the old database has to come back. The application may have been
      // started on the new one.
      if (interruption.application != ApplicationState::untouched) {
        if (const auto trouble = application.stop_again(&replacement)) {
          context.observer.warning(*trouble);
        }
        if (application.can_stop()) report.application = ApplicationState::stopped;
      }
      put_old_back(context, replacement, intent, deadline);
      undo_run(context, replacement, intent, report);
      break;
    case Position::untouched:
      undo_run(context, replacement, intent, report);
      break;
  }
  return report;
}

}  // namespace baseline
