#include "pipeline/filing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

OnProgress progress_of(const Context& context, Step step) {
  return [&context, step](std::uint64_t done, std::uint64_t total) {
    context.observer.progress(step, done, total);
  };
}

// The draft carries no checksum yet, and a manifest without one is not accepted anywhere else.
constexpr std::string_view kUnknownSha256 =
    "0000000000000000000000000000000000000000000000000000000000000000";

Manifest manifest_from(const Intent& intent) {
  return manifest_from_json(intent.manifest, "the journal's draft of the manifest");
}

// The revision of the old database, or empty.
std::string old_revision(const Intent& intent) {
  if (intent.manifest.empty()) return {};
  return manifest_from(intent).revision.value_or("");
}

// What users wrote into a new database that failed is a backup of its own.
std::string failed_run_of(const Intent& intent) {
  return intent.run + std::string(names::kFailedSuffix);
}

// With what the run has still to do for the backup, so that no crash can lose it.
void place_record(const Context& context, const Directory& entry, const Intent& intent) {
  if (intent.also.empty()) return;
  EntryRecord record;
  for (const std::filesystem::path& directory : intent.also) {
    record.copies.push_back({directory.native(), {}, {}});
  }
  write_record(context.files, entry, record);
}

void put_content(const DatabaseFacts& facts, Manifest& manifest) {
  manifest.page_size = facts.settings.page_size;
  manifest.page_count = facts.page_count;
  manifest.tables = facts.tables;
  manifest.schema_digest = facts.unreadable.empty() ? facts.schema.digest() : "";
  manifest.revision = facts.revision;
  manifest.user_version = facts.user_version;
  manifest.application_id = facts.application_id;
}

FiledBackup commit_entry(Catalogue& catalogue, Manifest manifest, Payload payload) {
  payload.mode = manifest.payload.mode;
  manifest.payload = std::move(payload);
  if (manifest.payload.sha256.empty()) {
    catalogue.put_unsealed(manifest);
    return {manifest, catalogue.directory() / names::unsealed(manifest.run)};
  }
  catalogue.commit(manifest);
  return {manifest, catalogue.directory() / manifest.id};
}

// Where copy_backup() put the old database, if it did.
std::optional<Directory> kept_copy(const Context& context, const Intent& intent) {
  if (intent.strategy != BackupStrategy::copy) return {};
  const auto filed = context.catalogue.find_run(intent.run);
  return filed ? std::optional(context.catalogue.open_entry(filed->id)) : std::nullopt;
}

// In the window, or where the run is to end at once.
constexpr std::chrono::milliseconds kMoment(50);

}  // namespace

// What a manifest tells is what is sealed: an application that is stopped late has written since
// the look.
void look_again(const Context& context, const Directory& entry, const Payload& payload,
                std::chrono::milliseconds time, Manifest& manifest) {
  if (!manifest.unreadable.empty()) return;
  const DatabaseFacts facts = context.store.look_at(entry / payload.name, {time, false});
  if (facts.unreadable.empty()) return put_content(facts, manifest);
  for (TableRows& table : manifest.tables) table.rows.reset();
}

Manifest draft_manifest(const Context& context, const std::string& id, const std::string& reason,
                        const std::string& run, const DatabaseFacts& facts) {
  Manifest manifest;
  manifest.id = id;
  manifest.run = run;
  manifest.reason = reason;
  manifest.when = rfc3339(context.now());
  manifest.host = host_name();
  manifest.user = user_name();
  manifest.tool = fmt::format("baseline {}", version());
  manifest.engine = context.store.engine();
  manifest.database = context.store.location();
  manifest.payload.name = std::filesystem::path(context.store.location()).filename().native();
  manifest.payload.size = facts.size;
  manifest.payload.sha256 = kUnknownSha256;
  manifest.payload.mode = facts.mode;
  put_content(facts, manifest);
  manifest.owner = facts.owner;
  manifest.unreadable = facts.unreadable;
  manifest.complaint = facts.complaint;
  return manifest;
}

std::vector<LogPosition> positions_now(const std::vector<std::string>& logs) {
  std::vector<LogPosition> out;
  for (const std::string& path : logs) {
    // Without a record the check reads the whole log and says so: that stops no deploy.
    if (auto position = log_position(path)) out.push_back(*std::move(position));
  }
  return out;
}

Intent make_intent(const Context& context, const std::string& command, const std::string& started,
                   const DatabaseFacts& old, const BackupPlan& plan) {
  Intent intent;
  intent.command = command;
  intent.started = started;
  intent.host = host_name();
  intent.pid = ::getpid();
  intent.catalogue = context.catalogue.directory();
  intent.strategy = plan.strategy;
  const std::string id = context.catalogue.next_id(context.now());
  intent.run = names::run_key(id, context.store.location());
  if (old.exists) {
    intent.backup_id = id;
    Manifest draft = draft_manifest(context, intent.backup_id, command, intent.run, old);
    draft.payload.moved = plan.strategy == BackupStrategy::move;
    intent.manifest = to_json(draft);
  }
  return intent;
}

void copy_backup(const Context& context, Replacement& replacement, const Intent& intent,
                 DraftContent draft) {
  const StepScope step(context.observer, Step::copy);
  Catalogue& catalogue = context.catalogue;
  const Directory entry = catalogue.open_unfinished(intent.run);
  Payload payload = replacement.copy_old(entry, [&](std::uint64_t done, std::uint64_t total) {
    stop_if_interrupted();
    context.observer.progress(Step::copy, done, total);
  });
  place_record(context, entry, intent);
  Manifest manifest = manifest_from(intent);
  if (draft == DraftContent::outdated) look_again(context, entry, payload, kMoment, manifest);
  commit_entry(catalogue, std::move(manifest), std::move(payload));
}

void put_old_back(const Context& context, Replacement& replacement, const Intent& intent,
                  const Deadline& deadline) {
  // A swap can do without the copy; where it is needed, swap_back() says that it is not there.
  std::optional<Directory> kept;
  std::string why_not;
  try {
    kept = surprises_as_errors([&] { return kept_copy(context, intent); });
  } catch (const Error& error) {
    why_not = error.what();
  }
  try {
    replacement.swap_back(deadline, kept);
  } catch (Error& error) {
    if (!why_not.empty()) error.add_note(why_not);
    throw;
  }
}

std::optional<FiledBackup> file_backup(const Context& context, Replacement& replacement,
                                       const Intent& intent, DraftContent draft, Sealing sealing) {
  if (intent.backup_id.empty()) return {};
  const StepScope step(context.observer, Step::seal);
  Catalogue& catalogue = context.catalogue;
  if (const auto filed = catalogue.find_run(intent.run)) {
    // It was copied before the swap, or the interrupted run had come this far. What lies beside the
    // database may be all there is, so nothing less than a whole backup lets it go.
    if (filed->unread) throw unread_error(*filed);
    if (!filed->damage.empty()) {
      throw Error(ErrorCode::needs_person,
                  fmt::format("the backup {} of the interrupted {} cannot be used: {}",
                              printable(filed->id), intent.command, filed->damage),
                  "save the candidate beside the live database, if it is there: it is the old one; "
                  "move that backup away, then run: baseline recover");
    }
    replacement.discard_old();
    // A run that could not read the backup, for a moment, has begun it anew. It does no harm.
    try {
      surprises_as_errors([&] { catalogue.discard_unfinished(intent.run); });
    } catch (const Error&) {
    }
    return FiledBackup{*filed->manifest, filed->directory};
  }
  const Directory entry = catalogue.open_unfinished(intent.run);
  Payload payload = replacement.file_old(entry, sealing, progress_of(context, Step::seal));
  place_record(context, entry, intent);
  Manifest manifest = manifest_from(intent);
  if (draft == DraftContent::outdated) {
    look_again(context, entry, payload,
               sealing == Sealing::later ? kMoment : LookOptions().count_rows_for, manifest);
  }
  return commit_entry(catalogue, std::move(manifest), std::move(payload));
}

// A candidate that was live and that somebody wrote to is somebody's data. An interrupted call is
// continued.
std::optional<FiledBackup> keep_what_was_written(const Context& context, Replacement& replacement,
                                                 const Intent& intent, Catalogue& catalogue) {
  const std::string run = failed_run_of(intent);
  if (const auto filed = catalogue.find_run(run)) {
    return FiledBackup{*filed->manifest, filed->directory};
  }
  if (replacement.candidate_is_as_built() && !catalogue.find_unfinished(run)) return {};
  Manifest manifest = draft_manifest(context, catalogue.next_id(context.now(), intent.backup_id),
                                     fmt::format("failed-{}", intent.command), run, {});
  manifest.payload.mode = 0600;
  if (!intent.revision.empty()) manifest.revision = intent.revision;
  const Directory entry = catalogue.open_unfinished(run);
  Payload payload = replacement.file_candidate(entry, progress_of(context, Step::seal));
  return commit_entry(catalogue, std::move(manifest), std::move(payload));
}

std::optional<FiledBackup> undo(const Context& context, Replacement& replacement,
                                const Intent& intent) {
  Catalogue& catalogue = context.catalogue;
  const std::string run = intent.run;
  auto written = keep_what_was_written(context, replacement, intent, catalogue);
  replacement.discard(catalogue.find_unfinished(run));
  catalogue.discard_unfinished(run);
  // A copy of a database that is still live is no backup of anything that was replaced.
  if (const auto copy = catalogue.find_run(run)) catalogue.remove(*copy);
  return written;
}

void record(const Context& context, const Intent& intent, const RunEnd& end) {
  HistoryLine line;
  line.when = rfc3339(context.now());
  line.run = intent.run;
  line.command = end.command;
  line.outcome = end.outcome;
  line.database = context.store.location();
  line.from = old_revision(intent);
  line.to = end.replaced ? intent.revision : line.from;
  if (end.replaced && end.backup) line.backup = end.backup->manifest.id;
  line.source = intent.source_id;
  line.user = user_name();
  line.host = host_name();
  if (end.unavailable) {
    line.unavailable_us =
        std::chrono::duration_cast<std::chrono::microseconds>(*end.unavailable).count();
  }
  line.logs = intent.logs;
  line.kind = intent.command == "rollback" ? RunKind::rollback : RunKind::deploy;
  line.replaced = end.replaced;
  if (end.replaced) {
    line.migration = intent.migration;
    line.sha256 = end.sha256;
  }
  append_history(context.files, context.catalogue.open(), line);
  // A recovery ends another run than that of the command.
  if (end.command == intent.command) context.observer.recorded(intent.run);
}

bool is_recorded(const Context& context, const Intent& intent) {
  const History history = read_history(context.catalogue);
  // A run that replaced nothing leaves its key to the next one of the same second, and so does one
  // that made no backup.
  return std::ranges::any_of(history.lines, [&](const HistoryLine& line) {
    return line.run == intent.run && line.database == context.store.location() && line.replaced &&
           line.backup.empty() == intent.backup_id.empty();
  });
}

}  // namespace baseline
