#include "store/sqlite/swap/in_place_replacement.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"
#include "os/modes.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/swap/content_digest.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/freeze.hpp"

namespace baseline::sqlite {
namespace {

// Whether the schema cookie of the file is this one; not, when it cannot be read.
bool holds_cookie(const File& file, std::uint32_t cookie) {
  try {
    return schema_cookie_of(file) == cookie;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

InPlaceReplacement::InPlaceReplacement(FileSystem& files, const Target& target,
                                       std::shared_ptr<RunLock> lock)
    : files_(files),
      target_(target),
      lock_(std::move(lock)),
      journal_(files, target.directory, names::journal(target.name),
               names::journal_temporary(target.name)),
      candidate_(files, target, Candidate::Belongs::to_us) {
  const auto state = read_journal(journal_);
  if (!state) return;
  intent_ = state->intent;
  announced_ = state->announced.has_value();
  if (announced_) built_ = *state->announced;
  step_ = state->in_place;
  bring_in_hot_journal();
  interruption_ = judge(target_, *state);
  record_the_verdict();
}

// A run that was cut off within its transaction has left SQLite's journal, and only when that has
// been rolled back can the content be asked what it is.
void InPlaceReplacement::bring_in_hot_journal() {
  const bool in_transaction =
      step_.phase == InPlacePhase::replacing || step_.phase == InPlacePhase::reverting;
  if (!in_transaction || !has_hot_journal(target_)) return;
  if (sqlite::freeze(target_).kind == FreezeOutcome::Kind::in_use) {
    throw Error(ErrorCode::in_use,
                fmt::format("{} is in use, and an interrupted run left it within a transaction",
                            target_.display()),
                "stop the application, then run: baseline recover");
  }
}

// What only the content could tell is written down before anything is tidied up, so that a recovery
// of this recovery need not ask again.
void InPlaceReplacement::record_the_verdict() {
  InPlaceStep step = step_;
  if (interruption_->position == Position::swapped && step.phase == InPlacePhase::replacing) {
    step.phase = InPlacePhase::replaced;
  } else if (interruption_->position == Position::untouched &&
             step.phase != InPlacePhase::building && step.phase != InPlacePhase::reverted) {
    step.phase = InPlacePhase::reverted;
  } else {
    return;
  }
  journal_.append(record_of_step(step));
  step_ = step;
}

void InPlaceReplacement::tidy() {
  if (interruption_) return;
  journal_.remove();
  candidate_.remove_empty();
}

void InPlaceReplacement::require_unused(const Deadline& deadline) {
  require_nobody(target_, deadline);
}

void InPlaceReplacement::settle(const Deadline& deadline) {
  HeldDatabase::release(HeldDatabase::acquire(target_, deadline), files_);
}

// D3, as for a swap.
void InPlaceReplacement::prepare(const Intent& intent) {
  interruption_.reset();
  announced_ = false;
  step_ = {};
  names_changed_ = false;
  intent_ = intent;
  if (intent.source_consumed) throw std::logic_error("in place, a backup cannot be used up");
  candidate_.require_free();
  journal_.start(record_of_intent(intent, Exchange::in_place));
  candidate_.make();
  files_.sync_directory(target_.directory);
}

void InPlaceReplacement::stage(Session& migrated) { built_ = candidate_.write(migrated); }

void InPlaceReplacement::require_content() const {
  // Only what SQLite can open has content that can go into another file.
  const std::string why = why_bytes_only(target_.directory, candidate_.name());
  if (why.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("its content cannot go to {} in place: {}", target_.display(), why),
              "choose another backup, or make a swap possible: baseline plan tells why it is not");
}

void InPlaceReplacement::stage_backup(const Directory& entry, const Payload& payload, bool consume,
                                      const OnProgress& on_progress) {
  built_ = candidate_.take_backup(entry, payload, consume, on_progress);
  require_content();
}

void InPlaceReplacement::stage_bytes(const std::function<void(const TakeBytes& take)>& give) {
  built_ = candidate_.take_bytes(give);
  require_content();
}

std::unique_ptr<Session> InPlaceReplacement::open_candidate() {
  candidate_.require_own();
  auto session = open_immutable(candidate_.path());
  candidate_.require_own();  // it is opened by its name
  return session;
}

// D10.
void InPlaceReplacement::announce() {
  journal_.append(record_of_swap(built_));
  announced_ = true;
}

void InPlaceReplacement::bring_in_log() { sqlite::bring_in_log(files_, target_); }

// D6 and D7. SQLite's lock keeps everybody out until the end of the window: who comes, waits.
// What SQLite cannot open it refuses to lock, also where the old database may be as it was found.
void InPlaceReplacement::freeze(const Deadline& deadline, bool /*as_found*/) {
  if (!target_.directory.contains(target_.name)) {
    throw Error(ErrorCode::in_use,
                fmt::format("{} disappeared during the {}", target_.display(), intent_.command),
                "find out who removed it, then try again");
  }
  live_ = HeldDatabase::acquire(target_, deadline);
  remove_leftovers();
}

// In WAL mode the -wal may be that of our own connection; it goes when that leaves WAL mode.
void InPlaceReplacement::remove_leftovers() {
  if (is_in_wal_mode(live_->file())) return;
  for (const std::string& name : {names::wal(target_.name), names::shared_memory(target_.name)}) {
    if (!target_.directory.contains(name) || !is_leftover(target_, name)) continue;
    files_.unlink(target_.directory, name);
    files_.sync_directory(target_.directory);
  }
}

// Under the lock what lies beside is SQLite's own.
std::vector<std::string> InPlaceReplacement::set_companions_aside(const Directory&) { return {}; }

// D8. Through the descriptor that is closed after SQLite's.
Payload InPlaceReplacement::copy_old(const Directory& entry, const OnProgress& on_progress) {
  return copy_into(files_, entry, target_.name, live_->file(), on_progress);
}

// The transaction is committed: that this cannot be written is no reason to stop. Without the
// record a recovery asks the content.
void InPlaceReplacement::record_committed(InPlacePhase phase) {
  step_.phase = phase;
  try {
    journal_.append(record_of_step(step_));
  } catch (const std::exception&) {
  }
}

// `comes` and `goes`: what the contents are called.
void InPlaceReplacement::take_content(const std::filesystem::path& source, std::uint32_t cookie,
                                      std::string_view comes, std::string_view goes) {
  try {
    surprises_as_errors([&] {
      live_->leave_wal_mode(files_);
      live_->replace_by(source);
    });
  } catch (const Error& error) {
    const auto noting = [&](Error undecided) {
      undecided.add_note(error.what());
      return undecided;
    };
    const std::string hint = "save all of them to another disk, then run: baseline recover";
    // SQLite has rolled back; if it could not, its journal will.
    if (has_hot_journal(target_)) {
      throw noting(
          Error(ErrorCode::needs_person,
                fmt::format("the disk does not take the {} content of {}: the {} one is in "
                            "it and in {} beside it",
                            comes, target_.display(), goes,
                            printable(names::rollback_journal(target_.name))),
                hint));
    }
    if (holds_cookie(live_->file(), cookie)) throw;
    // The journal was emptied, and that is the commit; but to sync it has failed, or the file
    // cannot even be read. The copy is not let go of.
    throw noting(Error(ErrorCode::needs_person,
                       fmt::format("the disk does not say whether the {} content of {} will stay; "
                                   "the old one is also the backup of this run in {}",
                                   comes, target_.display(), printable(intent_.catalogue.native())),
                       hint));
  }
}

// D11.
void InPlaceReplacement::swap() {
  if (intent_.strategy != BackupStrategy::copy) {
    throw std::logic_error("in place, the old database has to be copied first");
  }
  candidate_.require_own();
  const std::filesystem::path source = candidate_.path();
  InPlaceStep step;
  step.phase = InPlacePhase::replacing;
  step.schema_cookie = schema_cookie_of(live_->file());
  step.was_wal = is_in_wal_mode(live_->file());
  journal_.append(record_of_step(step));
  step_ = step;
  take_content(source, step.schema_cookie, "new", "old");
  record_committed(InPlacePhase::replaced);
}

std::unique_ptr<Session> InPlaceReplacement::open_live() {
  return live_ ? live_->open() : sqlite::open_live(target_.resolved);
}

void InPlaceReplacement::admit_users() { HeldDatabase::release(std::move(live_), files_); }

void InPlaceReplacement::note_application(ApplicationState state,
                                          const std::vector<LogPosition>& logs) {
  journal_.append(record_of_application(state, logs));
}

void InPlaceReplacement::note_admission(bool replaced) {
  journal_.note(record_of_admission(replaced));
}

void InPlaceReplacement::announce_swap_back() {
  if (step_.phase != InPlacePhase::replaced) return;
  InPlaceStep step = step_;
  step.phase = InPlacePhase::condemned;
  journal_.append(record_of_step(step));
  step_ = step;
}

// The new database is live and cannot be taken away.
Error InPlaceReplacement::stuck(const std::string& why) const {
  Error error(ErrorCode::needs_person,
              fmt::format("the old database could not be put back: {} is the new one, and the old "
                          "one is the backup of this run in {}",
                          target_.display(), printable(intent_.catalogue.native())),
              "stop the application, then run: baseline recover");
  error.add_note(why);
  return error;
}

// Whatever is in the live database and was not built by us becomes the candidate, which the
// pipeline keeps.
void InPlaceReplacement::keep_what_was_written() {
  const auto candidate = target_.directory.open_file(candidate_.name(), true);
  if (candidate && content_digest(*candidate) == content_digest(live_->file())) return;

  const File copy = files_.open_or_create(target_.directory, candidate_.name(), kPrivateFile);
  files_.truncate(copy, 0);
  copy_file(files_, live_->file(), copy, nullptr);
  files_.sync(copy);
}

void InPlaceReplacement::swap_back(const Deadline& deadline, const std::optional<Directory>& kept) {
  try {
    surprises_as_errors([&] {
      const auto old = kept ? kept->open_file(target_.name, false) : std::nullopt;
      if (!old) throw stuck("there is no copy of it");
      if (live_) {
        live_->start_over();
      } else {
        live_ = HeldDatabase::acquire(target_, deadline);
      }
      keep_what_was_written();
      InPlaceStep step;
      step.phase = InPlacePhase::reverting;
      step.schema_cookie = schema_cookie_of(live_->file());
      step.old_content = content_digest(*old);
      // Without this record a recovery would take the old database for the new one.
      journal_.append(record_of_step(step));
      step_ = std::move(step);
      take_content(old->path(), step_.schema_cookie, "old", "new");
    });
  } catch (const Error& error) {
    if (error.code() == ErrorCode::needs_person) throw;
    throw stuck(error.what());
  } catch (const Interrupted&) {
    throw stuck("a signal ended the waiting");
  }
  record_committed(InPlacePhase::reverted);
  HeldDatabase::release(std::move(live_), files_);
}

bool InPlaceReplacement::candidate_is_as_built() {
  if (!announced_) return true;
  const auto file = target_.directory.open_file(candidate_.name(), false);
  return !file || Candidate::is_as_built(*file, built_);
}

// The file is ours alone: nobody else has ever had it open.
Payload InPlaceReplacement::file_candidate(const Directory& entry, const OnProgress& on_progress) {
  const auto source = target_.directory.open_file(candidate_.name(), false);
  if (source) {
    Payload payload = copy_into(files_, entry, target_.name, *source, on_progress);
    files_.unlink(target_.directory, candidate_.name());
    names_changed_ = true;
    return payload;
  }
  // An interrupted call had come this far.
  const auto there = entry.open_file(target_.name, false);
  if (!there) {
    throw Error(ErrorCode::needs_person,
                fmt::format("{} has disappeared", printable(candidate_.path().native())),
                "look for it before you go on: users wrote to it");
  }
  return payload_of(entry, target_.name, there->status(), hash_file(*there, on_progress), false);
}

// It was filed before the new content went in: that it is not there is nothing we can mend.
Payload InPlaceReplacement::file_old(const Directory& entry, Sealing, const OnProgress&) {
  throw Error(ErrorCode::needs_person,
              fmt::format("the copy of the old database has disappeared from {}",
                          printable(entry.path().parent_path().native())),
              "look for it before you go on: it is the only one");
}

void InPlaceReplacement::discard_old() {
  files_.unlink(target_.directory, candidate_.name());
  names_changed_ = true;
}

void InPlaceReplacement::discard(const std::optional<Directory>&) {
  // What prepare() has refused to touch is not ours to remove either.
  if (candidate_.is_foreign()) return;
  HeldDatabase::release(std::move(live_), files_);
  if (step_.was_wal) return_to_wal_mode(target_);
  files_.unlink(target_.directory, candidate_.name());
  files_.sync_directory(target_.directory);
  names_changed_ = false;
}

// D15, as for a swap.
void InPlaceReplacement::finish() {
  if (names_changed_) files_.sync_directory(target_.directory);
  HeldDatabase::release(std::move(live_), files_);
  remove_dead_journal(target_, files_);
  journal_.remove();
}

}  // namespace baseline::sqlite
