#include "pipeline/verify_backups.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/seal.hpp"
#include "os/directory_lock.hpp"
#include "os/signals.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/sealing.hpp"

namespace baseline {
namespace {

// A record is written in less; second copies take longer.
constexpr std::chrono::milliseconds kForAnother(2'000);

std::vector<CatalogueEntry> chosen_entries(const std::vector<std::string>& ids,
                                           const Context& context) {
  if (ids.empty()) {
    require_catalogue(context);
    return context.catalogue.entries();
  }
  std::vector<CatalogueEntry> entries;
  entries.reserve(ids.size());
  for (const std::string& id : ids) entries.push_back(context.catalogue.look_at(id));
  return entries;
}

// What there is to read of an entry, in bytes: its file is hashed, and then the engine reads it all
// again. One that was kept because the engine could not read it is only what it was sealed as.
std::uint64_t work_of(const CatalogueEntry& entry) {
  if (!entry.usable()) return 0;
  const std::uint64_t size = entry.manifest->payload.size;
  return entry.manifest->unreadable.empty() ? 2 * size : size;
}

// Every bit is as it was sealed: what the engine says of it now it would have said then, and a
// rollback puts it back all the same.
void look_into(const CatalogueEntry& entry, const Context& context,
               std::vector<std::string>& warnings) {
  if (!entry.manifest->unreadable.empty()) return;
  std::string complaint;
  try {
    const auto session = context.store.open_backup(entry.directory / entry.manifest->payload.name);
    complaint = session->integrity_problem(Session::Depth::full).value_or("");
    stop_if_interrupted();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    complaint = error.what();
  }
  if (complaint.empty()) return;
  warnings.push_back(
      fmt::format("{} finds fault with the backup {}: {}; its bytes are those that were sealed",
                  context.store.engine(), printable(entry.id), printable(complaint)));
}

std::vector<std::string> problems_of(CatalogueEntry& entry, const Context& context,
                                     const OnProgress& on_progress,
                                     std::vector<std::string>& warnings) {
  if (entry.unread) throw unread_error(entry);
  if (!entry.damage.empty()) return {entry.damage};
  std::vector<std::string> problems;
  const auto late = seal_entry(entry, context, Deadline(kForAnother));
  problems = seal_problems(context.catalogue.open_entry(entry.id), *entry.manifest, on_progress);
  // What is not as it was sealed need not be looked into.
  if (problems.empty()) look_into(entry, context, warnings);
  // Told once, as damage is: it is not what the run has replaced, bit for bit.
  if (late) problems.push_back(*late);
  if (entry.record.unreadable) problems.emplace_back("its record was damaged, and is made anew");
  return problems;
}

// What was found is noted for `backups list` and `prune`. The verdict stands without it.
void note_state(VerifiedBackup& backup, const Directory& directory, const Context& context,
                std::vector<std::string>& warnings) {
  // A record that cannot be read has no part in the backup's own soundness.
  EntryRecord& record = backup.entry.record;
  const bool only_record = record.unreadable && backup.problems.size() == 1;
  const bool sound = backup.problems.empty() || only_record;
  record.unreadable = false;
  record.checked = rfc3339(context.now());
  record.damage = sound ? "" : join(backup.problems, "; ");
  if (sound) record.verified = record.checked;
  try {
    write_record(context.files, directory, record);
  } catch (const Error& error) {
    warnings.push_back(fmt::format("it could not be noted that {} was verified: {}",
                                   printable(backup.entry.id), error.what()));
  }
}

// Whether another run has removed it meanwhile. Pruning never takes all of them: a catalogue in
// which nothing is left is one whose disk has gone.
bool was_pruned(const std::string& id, const Context& context) {
  return !context.catalogue.contains(id) && !context.catalogue.entries().empty();
}

// The second copies, and the record of all that was found. Whoever else verifies it, or has just
// made it and copies it, does the same.
void conclude(VerifiedBackup& backup, const Context& context, std::vector<std::string>& warnings) {
  try {
    const auto lock = DirectoryLock::acquire(context.catalogue.open_entry(backup.entry.id),
                                             Deadline(kForAnother));
    if (!lock) {
      warnings.push_back(
          fmt::format("another process is at work on {}: its second copies are left to that, and "
                      "it is not noted that it was verified",
                      printable(backup.entry.id)));
      return;
    }
    // It may have written meanwhile what became of the copies.
    if (const EntryRecord now = read_record(lock->directory()); !now.unreadable) {
      backup.entry.record.copies = now.copies;
    }
    // A copy is made of nothing but what has just been proven.
    if (backup.problems.empty()) verify_copies(backup.entry, context, warnings);
    note_state(backup, lock->directory(), context, warnings);
  } catch (const Error& error) {
    warnings.push_back(fmt::format("it could not be noted that {} was verified: {}",
                                   printable(backup.entry.id), error.what()));
  }
}

// What could not be read says nothing about the backup. The others are verified all the same; what
// was found of them is told with the error.
class Unread {
 public:
  void add(const CatalogueEntry& entry, const Error& error) {
    if (first_) return first_->add_note(text(entry, error));
    first_.emplace(error.code(), text(entry, error), error.hint());
  }

  void throw_if_any(const BackupsVerifyReport& report) {
    if (!first_) return;
    for (const VerifiedBackup& backup : report.backups) {
      if (backup.problems.empty()) continue;
      first_->add_note(fmt::format("the backup {} is damaged: {}", printable(backup.entry.id),
                                   join(backup.problems, "; ")));
    }
    throw *first_;
  }

 private:
  static std::string text(const CatalogueEntry& entry, const Error& error) {
    if (entry.unread) return error.what();
    return fmt::format("the backup {} could not be read: {}", printable(entry.id), error.what());
  }

  std::optional<Error> first_;
};

}  // namespace

BackupsVerifyReport verify_backups(const std::vector<std::string>& ids, const Context& context) {
  BackupsVerifyReport report;
  report.directory = context.catalogue.directory();
  std::vector<CatalogueEntry> entries = chosen_entries(ids, context);
  require_named_copies(entries, context);
  std::uint64_t total = 0;
  for (const CatalogueEntry& entry : entries) total += work_of(entry);
  StepScope step(context.observer, Step::verify_backups);
  std::uint64_t before = 0;
  Unread unread;
  for (CatalogueEntry& entry : entries) {
    if (was_pruned(entry.id, context)) continue;
    VerifiedBackup backup;
    backup.entry = std::move(entry);
    backup.restored = backup.entry.damage.empty() && !backup.entry.usable();
    if (!backup.restored) {
      const auto progress = [&](std::uint64_t done, std::uint64_t) {
        stop_if_interrupted();
        context.observer.progress(Step::verify_backups, before + done, total);
      };
      try {
        backup.problems = problems_of(backup.entry, context, progress, report.warnings);
      } catch (const Error& error) {
        if (was_pruned(backup.entry.id, context)) continue;
        unread.add(backup.entry, error);
        step.failed();
        before += work_of(backup.entry);
        continue;
      }
      if (!backup.problems.empty() && was_pruned(backup.entry.id, context)) continue;
      if (!backup.problems.empty()) {
        report.outcome = Outcome::checks_failed;
        step.failed();
      }
      if (backup.entry.manifest) conclude(backup, context, report.warnings);
      before += work_of(backup.entry);
      context.observer.progress(Step::verify_backups, before, total);
    }
    report.backups.push_back(std::move(backup));
  }
  unread.throw_if_any(report);
  return report;
}

}  // namespace baseline
