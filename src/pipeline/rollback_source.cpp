#include "pipeline/rollback_source.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/identity.hpp"

namespace baseline {
namespace {

constexpr const char* kNameOne =
    "name one with --to, or the directory of its backups with --backups; baseline backups list "
    "shows them";

// `way_on`: what the last run replaced; it may have been removed since.
std::optional<RollbackSource> idle_because(std::string why, const std::string& way_on,
                                           const Context& context, ReplaceReport& report) {
  report.outcome = Outcome::nothing_to_do;
  report.idle = std::move(why);
  if (context.catalogue.contains(way_on)) report.way_on = way_on;
  return {};
}

std::optional<RollbackSource> already_live(const HistoryLine& last, const Context& context,
                                           ReplaceReport& report) {
  report.source_id = printable(last.source);
  report.revision = last.to;
  // Without a history a backup tells that there was a rollback, and not of what.
  const std::string what =
      last.source.empty() ? "what the last rollback put back" : "the backup " + report.source_id;
  return idle_because(fmt::format("{} is live since {}", what, printable(last.when)), last.backup,
                      context, report);
}

RollbackSource source_in_catalogue(const std::string& id, const Context& context) {
  return {context.catalogue.find(id), {}};
}

// What the last run replaced, if that was a deploy.
std::optional<RollbackSource> undo_last(bool again, const Context& context, ReplaceReport& report) {
  const PastRuns runs = past_runs_and_backups(context);
  const HistoryLine* const last = runs.last_telling();
  const std::string database = printable(context.store.location());
  if (last == nullptr) {
    throw with_similar_names(
        context, Error(ErrorCode::usage,
                       fmt::format("there is no backup of {} in {} to go back to", database,
                                   printable(context.catalogue.directory().native())),
                       kNameOne));
  }
  if (!last->replaced) {
    const HistoryLine* const before = runs.last_completed();
    const bool was_deployed = before != nullptr && before->kind == RunKind::deploy;
    return idle_because(fmt::format("nothing was replaced by the last deploy, of {} ({})",
                                    printable(last->when), printable(last->outcome)),
                        was_deployed ? before->backup : "", context, report);
  }
  if (last->kind == RunKind::rollback) {
    if (!again) return already_live(*last, context, report);
    if (context.catalogue.contains(last->source)) return source_in_catalogue(last->source, context);
    throw Error(
        ErrorCode::usage,
        fmt::format("the last rollback of {} put back {}, which is no backup in {}", database,
                    printable(last->source), printable(context.catalogue.directory().native())),
        "name the file once more with --from");
  }
  if (last->backup.empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("there was no database at {} before the deploy of {}, so there is "
                            "nothing to go back to",
                            database, printable(last->when)),
                "name a backup with --to, or a file with --from, if another is to come here");
  }
  return source_in_catalogue(last->backup, context);
}

// The run that has put exactly this there, if it was the last one.
bool is_live_already(const HistoryLine* last, const std::string& id, const std::string& sha256) {
  if (last == nullptr || last->kind != RunKind::rollback) return false;
  return (!id.empty() && last->source == id) || (!sha256.empty() && last->sha256 == sha256);
}

[[noreturn]] void refuse_other(const CatalogueEntry& entry, const Context& context) {
  throw Error(
      ErrorCode::refused,
      fmt::format("the backup {} is of {}, not of {}: {}", printable(entry.id),
                  printable(entry.manifest->database), printable(context.store.location()),
                  content_line(content_of(*entry.manifest))),
      "name that database with --database; --replace-any puts this backup here all the same, and "
      "what is live now is then in a backup only");
}

std::optional<RollbackSource> named_backup(const RollbackRequest& request, bool again,
                                           const Context& context, ReplaceReport& report) {
  RollbackSource source{context.catalogue.look_at(request.to), {}};
  const auto& manifest = source.entry.manifest;
  if (!again) {
    const PastRuns runs = past_runs_and_backups(context);
    const HistoryLine* const last = runs.last_completed();
    if (is_live_already(last, request.to, manifest ? manifest->payload.sha256 : "")) {
      return already_live(*last, context, report);
    }
  }
  if (!source.entry.damage.empty()) source.entry = context.catalogue.find(request.to);
  if (!is_of(source.entry, context) && !request.replace_any) refuse_other(source.entry, context);
  return source;
}

std::optional<RollbackSource> named_file(const RollbackRequest& request, bool again,
                                         const Context& context, ReplaceReport& report) {
  RollbackSource source;
  source.file.emplace(request.from, context);
  const PastRuns runs = past_runs(context);
  const HistoryLine* const last = runs.last_completed();
  // The file is read for this; where no run can have put it there it need not be.
  const bool may_be_live =
      last != nullptr && last->kind == RunKind::rollback && !last->sha256.empty() && !again;
  if (may_be_live && is_live_already(last, {}, source.file->sha256(context.observer))) {
    return already_live(*last, context, report);
  }
  return source;
}

}  // namespace

std::optional<RollbackSource> choose_source(const RollbackRequest& request, const Context& context,
                                            ReplaceReport& report) {
  context.catalogue.require_usable(context.store.location());
  // What has been put back and is gone again is to come back.
  const bool again = request.again || !context.store.exists();
  if (!request.from.empty()) return named_file(request, again, context, report);
  if (!request.to.empty()) return named_backup(request, again, context, report);
  return undo_last(again, context, report);
}

}  // namespace baseline
