#include "pipeline/create_backup.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/replace.hpp"

namespace baseline {
namespace {

// What calls of this command left that were cut off. They alone make such names, and the lock of
// the database is ours.
void remove_cut_off(const Context& context) {
  const std::string ours =
      names::run_key("", context.store.location()) + std::string(names::kManualSuffix);
  for (const std::string& key : context.catalogue.unfinished()) {
    if (key.ends_with(ours)) context.catalogue.discard_unfinished(key);
  }
}

FiledBackup make_backup(const Context& context, const Deadline& deadline, const std::string& run,
                        const std::string& id, std::vector<std::string>& warnings) {
  const Directory entry = context.catalogue.open_unfinished(run);
  Payload payload;
  {
    const StepScope step(context.observer, Step::back_up);
    payload = context.store.back_up(entry, deadline, [&](std::uint64_t done, std::uint64_t total) {
      stop_if_interrupted();
      context.observer.progress(Step::back_up, done, total);
    });
  }
  const StepScope step(context.observer, Step::seal);
  const std::filesystem::path file = entry / payload.name;
  DatabaseFacts facts = context.store.look_at(file, {});
  if (facts.unreadable.empty()) {
    facts.complaint =
        context.store.open_backup(file)->integrity_problem(Session::Depth::quick).value_or("");
  }
  stop_if_interrupted();
  const std::string& fault = facts.unreadable.empty() ? facts.complaint : facts.unreadable;
  if (!fault.empty()) {
    warnings.push_back(
        fmt::format("the live database is damaged, and so is this copy of it: {}", fault));
  }
  Manifest manifest = draft_manifest(context, id, "manual", run, facts);
  // The copy is private; who owned the database, and its mode, are those of the live one.
  const LookOptions without_rows{std::chrono::milliseconds(0), false};
  const DatabaseFacts live = context.store.look(without_rows);
  manifest.owner = live.owner;
  payload.mode = live.mode;
  manifest.payload = std::move(payload);
  context.catalogue.commit(manifest);
  return {manifest, context.catalogue.directory() / manifest.id};
}

}  // namespace

BackupsCreateReport create_backup(std::chrono::milliseconds wait, const Context& context) {
  const Deadline deadline(wait);
  BackupsCreateReport report;
  report.database = context.store.location();
  if (!context.store.exists()) {
    throw with_similar_names(
        context, Error(ErrorCode::io, fmt::format("{} does not exist", printable(report.database)),
                       "name the database with --database"));
  }
  context.catalogue.require_usable(context.store.location());
  const auto lock = context.store.hold({"backups create", rfc3339(context.now())}, deadline);
  if (lock->interruption()) {
    report.warnings.emplace_back(
        "an interrupted run is not recovered yet; this is a copy of the database that is live now; "
        "run: baseline recover");
  }
  remove_cut_off(context);
  const BackupPlan plan =
      context.store.plan_backup(BackupChoice::copy, context.catalogue.directory());
  require_lasting(plan, context);
  require_space(plan.space_needed, plan.space_free,
                printable(context.catalogue.directory().native()));

  const std::string id = context.catalogue.next_id(context.now());
  const std::string run = names::run_key(id, report.database) + std::string(names::kManualSuffix);
  try {
    report.backup = make_backup(context, deadline, run, id, report.warnings);
  } catch (Error& error) {
    try {
      context.catalogue.discard_unfinished(run);
    } catch (const Error& second) {
      error.add_note(second.what());
    }
    throw;
  } catch (const Interrupted&) {
    context.catalogue.discard_unfinished(run);
    throw;
  }
  return report;
}

}  // namespace baseline
