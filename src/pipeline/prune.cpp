#include "pipeline/prune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/brought_in.hpp"
#include "os/signals.hpp"
#include "pipeline/entries.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

bool is_sound(const CatalogueEntry& entry) {
  return entry.usable() && !entry.unsealed && entry.record.damage.empty() &&
         !entry.record.unreadable;
}

// Stricter than is_of(): a backup whose database is another file that exists here is not ours to
// remove, wherever it lies.
bool is_surely_of(const CatalogueEntry& entry, const Context& context) {
  if (!entry.manifest || !is_of(entry, context)) return false;
  const std::string& database = entry.manifest->database;
  std::error_code error;
  return database == context.store.location() || !fs::exists(database, error);
}

// Of the sound ones, the newest that `matches`; entries are oldest first.
template <typename Matches>
const CatalogueEntry* newest(const std::vector<CatalogueEntry>& entries, Matches matches) {
  const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const CatalogueEntry& one) {
    return is_sound(one) && matches(one);
  });
  return found == entries.rend() ? nullptr : &*found;
}

// The backup that a run has made, or null.
const CatalogueEntry* made_by(const HistoryLine* run, const std::vector<CatalogueEntry>& entries) {
  if (run == nullptr || run->backup.empty()) return nullptr;
  const auto found = std::ranges::find(entries, run->backup, &CatalogueEntry::id);
  return found == entries.end() ? nullptr : &*found;
}

const CatalogueEntry* last_verified(const std::vector<CatalogueEntry>& entries) {
  const CatalogueEntry* last = nullptr;
  for (const CatalogueEntry& entry : entries) {
    if (!is_sound(entry) || entry.record.verified.empty()) continue;
    // RFC 3339 in UTC sorts as text. Of those that one run verified, the newest.
    if (last == nullptr || entry.record.verified >= last->record.verified) last = &entry;
  }
  return last;
}

bool is_needed_by(const Intent& intent, const CatalogueEntry& entry) {
  return entry.id == intent.source_id || entry.id == intent.backup_id ||
         (!intent.run.empty() && entry.manifest->run.rfind(intent.run, 0) == 0);
}

class Rules {
 public:
  Rules(const KeepRule& keep, const std::vector<CatalogueEntry>& entries, const PastRuns& past,
        const Context& context)
      : keep_(keep),
        now_(context.now()),
        last_deploy_(made_by(past.last_deploy(), entries)),
        newest_deploy_(newest(
            entries, [](const CatalogueEntry& one) { return one.manifest->reason == "deploy"; })),
        last_run_(made_by(past.last_completed(), entries)),
        verified_(last_verified(entries)),
        interruption_(context.store.interruption()) {
    if (!interruption_ || interruption_->position != Position::undecidable) return;
    throw Error(ErrorCode::needs_person, interruption_->detail,
                "a backup may be needed to put that right; nothing was removed");
  }

  // Why an entry stays, or nothing. `newer`: how many sound ones are newer.
  std::string why_kept(const CatalogueEntry& entry, std::uint64_t newer) const {
    if (interruption_ && is_needed_by(interruption_->intent, entry)) {
      return fmt::format("the interrupted {} needs it", interruption_->intent.command);
    }
    const bool restored = entry.damage.empty() && !entry.manifest->restored.empty();
    if (entry.unread) return fmt::format("it could not be read: {}", entry.damage);
    if (entry.unsealed && entry.damage.empty()) {
      return "it is not sealed yet: baseline backups verify seals it";
    }
    if (!restored && !is_sound(entry)) return "it is damaged; look at it, and remove it by hand";
    if (&entry == last_deploy_) return "what the last deploy replaced";
    if (&entry == newest_deploy_) return "the newest one of a deploy";
    if (&entry == last_run_) return "what the last rollback replaced";
    if (&entry == verified_) return "verified last";
    if (keep_.newest && newer < *keep_.newest) {
      return fmt::format("among the newest {}", *keep_.newest);
    }
    if (keep_.days && !is_older(entry)) return fmt::format("not older than {} days", *keep_.days);
    return {};
  }

 private:
  bool is_older(const CatalogueEntry& entry) const {
    const auto when = parse_rfc3339(entry.manifest->when);
    if (!when) return false;
    // Signed: where the clock was set back, a backup may be of tomorrow.
    const auto age = std::chrono::ceil<std::chrono::days>(now_ - *when).count();
    return age > 0 && static_cast<std::uint64_t>(age) > *keep_.days;
  }

  const KeepRule& keep_;
  std::chrono::system_clock::time_point now_;
  const CatalogueEntry* last_deploy_;
  const CatalogueEntry* newest_deploy_;
  const CatalogueEntry* last_run_;
  const CatalogueEntry* verified_;
  std::optional<Interruption> interruption_;
};

// The bytes that an entry takes, or nothing when something that is not ours is in it.
std::optional<std::uint64_t> bytes_of(const CatalogueEntry& entry, const Context& context) {
  const Directory directory = context.catalogue.open_entry(entry.id);
  std::uint64_t bytes = 0;
  for (const std::string& name : directory.names()) {
    const auto file = directory.status(name);
    if (!file || !S_ISREG(file->st_mode)) return {};
    if (file->st_nlink == 1) bytes += static_cast<std::uint64_t>(file->st_size);
  }
  return bytes;
}

PruneReport plan_prune(const KeepRule& keep, const Context& context) {
  PruneReport report;
  report.directory = context.catalogue.directory();
  std::vector<CatalogueEntry> ours;
  for (CatalogueEntry& entry : context.catalogue.entries()) {
    if (is_surely_of(entry, context)) {
      ours.push_back(std::move(entry));
    } else {
      ++report.others;
    }
  }
  PastRuns past = past_runs(context);
  past.add_unrecorded(ours);
  const Rules rules(keep, ours, past, context);
  std::uint64_t newer = 0;
  // From the newest one on.
  for (std::size_t i = ours.size(); i-- > 0;) {
    const CatalogueEntry& entry = ours[i];
    std::string why = rules.why_kept(entry, newer);
    if (is_sound(entry)) ++newer;
    const auto bytes = bytes_of(entry, context);
    if (why.empty() && !bytes) why = "something that baseline did not make is in it";
    if (!why.empty()) {
      report.kept.push_back({entry, why, 0});
      continue;
    }
    report.removed.push_back({entry, {}, *bytes});
    report.freed += *bytes;
  }
  std::reverse(report.removed.begin(), report.removed.end());
  std::reverse(report.kept.begin(), report.kept.end());
  report.outcome = report.removed.empty() ? Outcome::nothing_to_do : Outcome::done;
  return report;
}

void carry_out(const PruneReport& report, const Context& context) {
  // Once it has begun it goes to its end: the message of a signal is that nothing was changed.
  stop_if_interrupted();
  context.catalogue.finish_removals();
  for (const PrunedBackup& one : report.removed) context.catalogue.give_up(one.entry);
  forget_brought_in(context.files, context.catalogue);
}

void require_rule(const KeepRule& keep) {
  if (keep.says_anything()) return;
  throw Error(ErrorCode::usage, "it was not said which backups to keep",
              "give --keep N, --keep-days D, or both; or set BASELINE_KEEP or BASELINE_KEEP_DAYS");
}

}  // namespace

PruneReport prune_now(const KeepRule& keep, const Context& context) {
  PruneReport report = plan_prune(keep, context);
  carry_out(report, context);
  return report;
}

PruneReport prune(const PruneRequest& request, const Context& context) {
  require_rule(request.keep);
  require_catalogue(context);
  if (request.dry_run) {
    PruneReport report = plan_prune(request.keep, context);
    if (report.outcome == Outcome::done) report.outcome = Outcome::would_do;
    return report;
  }
  // Without backups there is nothing to lock for.
  if (context.catalogue.entries().empty() && context.catalogue.unfinished().empty()) {
    return plan_prune(request.keep, context);
  }
  const auto lock =
      context.store.hold({"backups prune", rfc3339(context.now())}, Deadline(request.wait));
  PruneReport report = plan_prune(request.keep, context);
  if (report.outcome == Outcome::done && request.confirm && !request.confirm(report)) {
    report.outcome = Outcome::declined;
    return report;
  }
  carry_out(report, context);
  return report;
}

}  // namespace baseline
