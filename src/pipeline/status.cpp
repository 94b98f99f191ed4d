#include "pipeline/status.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/leftovers.hpp"

namespace baseline {
namespace {

// A journal that cannot be read is something to report, not a reason to report nothing.
std::optional<Interruption> interruption_of(Store& store) {
  try {
    return store.interruption();
  } catch (const Error& error) {
    // One that is not obeyed is no journal.
    if (error.code() == ErrorCode::refused) throw;
    Interruption unknown;
    unknown.intent.command = "run";
    unknown.position = Position::undecidable;
    unknown.detail = error.what();
    return unknown;
  }
}

// A verification has no lock. What cannot be read while a run replaces the content of the file is
// not damaged. `running`: the run that was under way before.
template <class Read>
auto read_beside_runs(const Context& context, std::optional<std::string> running, Read&& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    if (!running) running = context.store.running();
    if (!running) throw;
    throw Error(ErrorCode::in_use, fmt::format("another run is under way: {}", *running),
                "verify again when it has ended");
  }
}

}  // namespace

StatusReport status(const Context& context, const Migration& migration, Session& reference,
                    const Suites& suites) {
  StatusReport report;
  report.database = context.store.location();
  report.baseline_revision = migration.revision;
  report.migration = migration.file;
  LookOptions options;
  options.holders = true;
  report.facts = context.store.look(options);
  Comparison comparison = compare(reference, report.facts, suites);
  report.at_baseline = comparison.at_baseline;
  report.drift = std::move(comparison.drift);
  // A run that is under way has a journal too, and is not interrupted.
  report.running = context.store.running();
  if (!report.running) report.interruption = interruption_of(context.store);
  report.catalogue = context.catalogue.directory();
  report.backups = context.catalogue.entries();
  report.other_backups = std::erase_if(report.backups, [&](const CatalogueEntry& entry) {
    return entry.manifest && !is_of(entry, context);
  });
  // What cannot be decided is looked at by a person first, with all that lies there.
  const bool decided =
      !report.interruption || report.interruption->position != Position::undecidable;
  if (!report.running && decided) report.leftovers = leftovers(context);
  report.missing_copies = missing_copies(report.backups, context);
  const PastRuns runs = past_runs(context);
  if (const HistoryLine* const last = runs.last()) report.last = *last;
  return report;
}

VerifyReport verify(const Context& context, const Migration& migration, const Judge& judge) {
  VerifyReport report;
  report.database = context.store.location();
  report.revision = migration.revision;
  if (!context.store.exists()) {
    throw with_similar_names(
        context, Error(ErrorCode::io, fmt::format("{} does not exist", printable(report.database)),
                       "baseline deploy creates it"));
  }
  StepScope step(context.observer, Step::check_live);
  const auto running = context.store.running();
  const auto [live, after] = read_beside_runs(context, running, [&] {
    auto opened = context.store.open_live();
    SuiteReport judged = judge(Phase::after, *opened);
    return std::pair(std::move(opened), std::move(judged));
  });
  report.after = after;
  // A verification that verified nothing must not look like one that went well.
  if (report.after->nothing_ran()) {
    throw Error(ErrorCode::usage, "no check ran on the live database",
                "all that were selected are skipped, or run only before a deploy ('when: before')");
  }
  try {
    const PastRuns runs = past_runs_and_backups(context);
    const HistoryLine* const last = runs.last_completed();
    if (last != nullptr && context.catalogue.contains(last->backup)) report.way_back = last->backup;
  } catch (const Error&) {
    // It only decides which hint is given; the verdict stands.
  }
  const std::string stamp = live->revision().value_or("");
  if (stamp != report.revision) report.other_revision = stamp;
  if (report.after->failed()) step.failed();
  report.outcome = report.after->failed() ? Outcome::checks_failed : Outcome::done;
  return report;
}

}  // namespace baseline
