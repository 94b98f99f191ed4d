#include "pipeline/failed_deploy.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/names.hpp"
#include "catalogue/run_record.hpp"
#include "os/process.hpp"
#include "pipeline/entries.hpp"

namespace baseline {
namespace {

// What the next rollback would undo, or null. Where that cannot be told, it cannot be undone
// either.
std::optional<HistoryLine> deploy_before(const Context& context) {
  try {
    const PastRuns runs = past_runs_and_backups(context);
    const HistoryLine* const last = runs.last_telling();
    const bool would_be_undone = last != nullptr && last->replaced && last->kind == RunKind::deploy;
    return would_be_undone ? std::optional(*last) : std::nullopt;
  } catch (const Error&) {
    return {};
  }
}

// A run that made no backup leaves its key to the next one of the same second. A failure must not
// take the place of its record.
std::string key_of_failure(const Context& context) {
  const auto now = context.now();
  std::string id = context.catalogue.next_id(now);
  std::string key = names::run_key(id, context.store.location());
  while (read_run_record(context.catalogue, key)) {
    id = context.catalogue.next_id(now, id);
    key = names::run_key(id, context.store.location());
  }
  return key;
}

// What goes wrong here must not hide why the deploy failed.
void note_failed_deploy(const Context& context) {
  const auto last = deploy_before(context);
  if (!last) return;
  try {
    HistoryLine line;
    line.when = rfc3339(context.now());
    line.run = key_of_failure(context);
    line.command = "deploy";
    line.outcome = "failed; nothing was replaced";
    line.database = context.store.location();
    line.from = line.to = last->to;
    line.user = user_name();
    line.host = host_name();
    append_history(context.files, context.catalogue.open(), line);
    context.observer.recorded(line.run);
  } catch (const Error& error) {
    context.observer.warning(
        fmt::format("the history does not tell of this failure: {}", error.what()));
  }
}

}  // namespace

ReplaceReport with_failure_noted(const Context& context,
                                 const std::function<ReplaceReport()>& deploy) {
  try {
    ReplaceReport report = deploy();
    const bool failed = report.outcome == Outcome::checks_failed && !report.kept_despite_failure;
    if (failed || report.outcome == Outcome::declined) note_failed_deploy(context);
    return report;
  } catch (const Error& error) {
    // What needs a person has its journal, and stays exactly as it is.
    if (error.code() != ErrorCode::needs_person) note_failed_deploy(context);
    throw;
  } catch (...) {
    note_failed_deploy(context);
    throw;
  }
}

}  // namespace baseline
