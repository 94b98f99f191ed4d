#include "store/sqlite/swap/swap_replacement.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/attributes.hpp"
#include "os/copy.hpp"
#include "os/lease.hpp"
#include "os/modes.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/swap/freeze.hpp"

namespace baseline::sqlite {

SwapReplacement::SwapReplacement(FileSystem& files, const Target& target,
                                 std::shared_ptr<RunLock> lock)
    : files_(files),
      target_(target),
      lock_(std::move(lock)),
      journal_(files, target.directory, names::journal(target.name),
               names::journal_temporary(target.name)),
      candidate_(files, target, Candidate::Belongs::to_live) {
  const auto state = read_journal(journal_);
  if (!state) return;
  intent_ = state->intent;
  announced_ = state->announced;
  if (announced_) built_ = *announced_;
  interruption_ = judge(target_, *state);
}

void SwapReplacement::tidy() {
  if (interruption_) return;
  journal_.remove();
  const std::string restoring = names::restoring(target_.name);
  if (target_.directory.contains(restoring)) files_.unlink(target_.directory, restoring);
  candidate_.remove_empty();
}

void SwapReplacement::require_unused(const Deadline& deadline) {
  Exclusive::require_unused(target_, deadline);
}

void SwapReplacement::settle(const Deadline& deadline) {
  Exclusive::acquire(files_, target_, deadline, false);
}

// D3. The candidate's name is made before the directory is synced: one sync makes both durable, and
// no crash leaves a candidate with content but without a journal.
void SwapReplacement::prepare(const Intent& intent) {
  interruption_.reset();
  announced_.reset();
  companions_of_new_.reset();
  names_changed_ = false;
  reverting_ = false;
  displaced_ = false;
  intent_ = intent;
  candidate_.require_free();
  journal_.start(record_of_intent(intent, Exchange::swap));
  candidate_.make();
  files_.sync_directory(target_.directory);
}

void SwapReplacement::stage(Session& migrated) { built_ = candidate_.write(migrated); }

void SwapReplacement::stage_backup(const Directory& entry, const Payload& payload, bool consume,
                                   const OnProgress& on_progress) {
  built_ = candidate_.take_backup(entry, payload, consume, on_progress);
  companions_of_new_.reset();
  if (!payload.companions.empty()) {
    companions_of_new_ = CompanionSource{Directory::open(entry.path()), payload.name};
  }
}

void SwapReplacement::stage_bytes(const std::function<void(const TakeBytes& take)>& give) {
  built_ = candidate_.take_bytes(give);
}

std::unique_ptr<Session> SwapReplacement::open_candidate() {
  candidate_.require_own();
  auto session = open_immutable(candidate_.path());
  candidate_.require_own();  // it is opened by its name
  return session;
}

// D10. Before the window: what decides after a crash is the inode of the live file, and that is
// known now.
void SwapReplacement::announce() {
  const auto live = target_.directory.status(target_.name);
  built_.old_inode = live ? std::optional(live->st_ino) : std::nullopt;
  journal_.append(record_of_swap(built_));
  announced_ = built_;
}

void SwapReplacement::bring_in_log() { sqlite::bring_in_log(files_, target_); }

// D6 and D7.
void SwapReplacement::freeze(const Deadline& deadline, bool as_found) {
  old_ = Exclusive::acquire(files_, target_, deadline, as_found);
  if (!old_ && !companions(target_).empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is missing, but {} of an older database lies beside it",
                            target_.display(), printable(companions(target_).front())),
                "find out where the database went, then move that file away");
  }
  const std::optional<ino_t> inode = old_ ? std::optional(old_->inode()) : std::nullopt;
  if (inode != built_.old_inode) {
    throw Error(ErrorCode::in_use,
                fmt::format("{} was replaced by another file during the {}; nothing was changed",
                            target_.display(), intent_.command),
                "find out who writes there, then try again");
  }
}

std::unique_ptr<Session> SwapReplacement::open_live() {
  return sqlite::open_live(target_.resolved);
}

// Whether the name is that of this file; of none, when there is no inode.
bool SwapReplacement::is_named(const std::string& name, std::optional<ino_t> inode) const {
  const auto named = target_.directory.status(name);
  return named ? inode && named->st_ino == *inode : !inode;
}

bool SwapReplacement::old_is_untouched() const {
  return (!old_ || old_->intact()) && is_named(target_.name, built_.new_inode);
}

// The last look before the exchange: nobody has come, and nothing of the old database would stay
// beside the new one.
bool SwapReplacement::is_alone() const {
  return (!old_ || old_->intact()) && companions(target_).empty();
}

void SwapReplacement::require_alone() const {
  if (!is_alone()) throw_not_alone();
}

void SwapReplacement::throw_not_alone() const {
  throw Error(ErrorCode::in_use,
              fmt::format("a process opened {} during the {}; the old database is in place",
                          target_.display(), intent_.command),
              "stop the application, then try again");
}

// D9, once more: somebody may have changed the old file's owner or mode since the candidate was
// built.
void SwapReplacement::refresh_attributes() {
  if (!old_) return;
  const auto candidate = target_.directory.open_file(candidate_.name(), true);
  if (!candidate) {
    throw Error(ErrorCode::io, fmt::format("the candidate {} has disappeared",
                                           printable(candidate_.path().native())));
  }
  candidate_.require_own();
  if (give_attributes(files_, *candidate, attributes_of(old_->file()))) files_.sync(*candidate);
}

// One atomic step: the candidate is live, and what was live, if anything, is aside.
void SwapReplacement::put_candidate_live() {
  if (built_.old_inode) {
    files_.exchange(target_.directory, candidate_.name(), target_.name);
  } else {
    files_.rename_new(target_.directory, candidate_.name(), target_.directory, target_.name);
  }
}

// The reverse, as atomic.
void SwapReplacement::take_candidate_back() {
  if (built_.old_inode) {
    files_.exchange(target_.directory, candidate_.name(), target_.name);
  } else {
    files_.rename_new(target_.directory, target_.name, target_.directory, candidate_.name());
  }
}

// D11. Whatever fails after the exchange, the names are exchanged back before anything else.
void SwapReplacement::swap() {
  refresh_attributes();
  require_alone();
  std::optional<File> candidate;
  Lease others_wait;
  if (companions_of_new_) {
    candidate = target_.directory.open_file(candidate_.name(), true);
    if (!candidate || others_wait.acquire(*candidate) != Lease::Outcome::granted) {
      throw Error(ErrorCode::in_use,
                  fmt::format("a process has {} open; the old database is in place",
                              printable(candidate_.path().native())),
                  "find out who reads there, then try again");
    }
  }
  put_candidate_live();
  bool alone = false;
  bool known = false;
  std::exception_ptr unknown;
  try {
    // Another program may have given one of the two names to another file just before.
    known =
        is_named(target_.name, built_.new_inode) && is_named(candidate_.name(), built_.old_inode);
    alone = is_alone();
  } catch (...) {
    unknown = std::current_exception();
  }
  if (!alone || !known) {
    // Somebody who resolved the name just before the exchange waits for the old file. What cannot
    // be looked at is not proven either.
    try {
      take_candidate_back();
      files_.sync_directory(target_.directory);
    } catch (const std::exception& error) {
      throw stuck(error.what());
    }
    if (unknown) std::rethrow_exception(unknown);
    if (known) throw_not_alone();
    throw_replaced();
  }
  try {
    files_.sync_directory(target_.directory);
  } catch (const std::exception& error) {
    // What is on the disk now, nobody can tell, and a sync that failed is not tried again. The old
    // database is made live; the journal and both files stay for a person.
    std::string second;
    try {
      take_candidate_back();
    } catch (const std::exception& failure) {
      second = failure.what();
    }
    Error undecided(
        ErrorCode::needs_person,
        fmt::format("the disk does not take the swap: {} and {} are the old and the new "
                    "database",
                    target_.display(), printable(candidate_.path().native())),
        "save both files to another disk, then run: baseline recover");
    undecided.add_note(error.what());
    if (!second.empty()) undecided.add_note(second);
    throw undecided;
  }
  if (!companions_of_new_) return;
  try {
    bring_companions_live();
  } catch (const Error&) {
    try {
      remove_brought();
      take_candidate_back();
      files_.sync_directory(target_.directory);
    } catch (const Error& error) {
      throw stuck(error.what());
    }
    throw;
  }
}

void SwapReplacement::throw_replaced() const {
  throw Error(
      ErrorCode::in_use,
      fmt::format("{} or {} was replaced by another file during the {}; the old database is "
                  "in place",
                  target_.display(), printable(candidate_.path().native()), intent_.command),
      "find out which program writes there, then try again");
}

// The new database is live and cannot be taken away.
Error SwapReplacement::stuck(const std::string& why) const {
  const bool has_old = target_.directory.contains(candidate_.name());
  Error error(
      ErrorCode::needs_person,
      fmt::format("the old database could not be put back: {} is the new one{}", target_.display(),
                  has_old ? ", and " + printable(candidate_.path().native()) + " is the old one"
                          : std::string()),
      "stop the application, then run: baseline recover");
  // Whoever found it in use could not know that this time something was changed.
  constexpr std::string_view kUnchanged = "; nothing was changed";
  const std::size_t at = why.rfind(kUnchanged);
  error.add_note(at == std::string::npos ? why : why.substr(0, at));
  return error;
}

// Freezes the new database too: nothing of it may stay beside the old one. One that SQLite cannot
// read, for whatever reason, is taken as it is.
std::optional<Exclusive> SwapReplacement::hold_new(const Deadline& deadline) {
  try {
    return surprises_as_errors(
        [&] { return Exclusive::acquire(files_, target_, deadline, false); });
  } catch (const Error& error) {
    if (error.code() == ErrorCode::in_use || !companions(target_).empty()) throw;
    return Exclusive::acquire(files_, target_, deadline, true);
  }
}

// On a copied volume no file has the inode that the journal tells, and the content of the files has
// decided. A recovery changes just that content: before it begins, what was decided is written down
// with the inodes of now, so that it can be cut off and taken up again.
void SwapReplacement::remember_inodes() {
  if (!interruption_ || !announced_) return;
  const auto live = target_.directory.status(target_.name);
  const auto aside = target_.directory.status(candidate_.name());
  const auto is_known = [&](const std::optional<struct stat>& file) {
    return file && (file->st_ino == announced_->new_inode || file->st_ino == announced_->old_inode);
  };
  const bool swapped = interruption_->position == Position::swapped;
  const auto& built = swapped ? live : aside;
  const auto& old = swapped ? aside : live;
  if (!built || is_known(live) || is_known(aside)) return;
  announced_->new_inode = built->st_ino;
  if (old && announced_->old_inode) announced_->old_inode = old->st_ino;
  built_ = *announced_;
  journal_.append(record_of_swap(built_));
}

void SwapReplacement::note_application(ApplicationState state,
                                       const std::vector<LogPosition>& logs) {
  journal_.append(record_of_application(state, logs));
}

void SwapReplacement::note_admission(bool replaced) {
  journal_.note(record_of_admission(replaced));
}

void SwapReplacement::announce_swap_back() {
  if (reverting_) return;
  journal_.append(record_of_reverting());
  reverting_ = true;
}

// Only two files that this run knows are exchanged.
void SwapReplacement::require_known_names() const {
  for (const auto& [name, inode] : {std::pair(target_.name, std::optional(built_.new_inode)),
                                    std::pair(candidate_.name(), built_.old_inode)}) {
    if (is_named(name, inode)) continue;
    throw Error(ErrorCode::io, fmt::format("{} was replaced by another file",
                                           printable((target_.directory / name).native())));
  }
}

// Another program has given the old database's name to another file, or removed it, while the
// descriptor of the lease was open. A copy gets the name; what has it now is moved aside.
void SwapReplacement::save_displaced_old() {
  if (!old_ || !built_.old_inode || is_named(candidate_.name(), built_.old_inode)) return;
  const std::string temporary = names::restoring(target_.name);
  files_.unlink(target_.directory, temporary);
  File copy = files_.create(target_.directory, temporary, kPrivateFile);
  copy_file(files_, old_->file(), copy, nullptr);
  give_attributes(files_, copy, attributes_of(old_->file()));
  files_.sync(copy);
  // What a recovery goes by, before the copy has the name.
  built_.old_inode = copy.status().st_ino;
  journal_.append(record_of_swap(built_));
  announced_ = built_;
  if (target_.directory.contains(candidate_.name())) {
    files_.exchange(target_.directory, temporary, candidate_.name());
    files_.rename_new(target_.directory, temporary, target_.directory,
                      names::displaced(target_.name));
    displaced_ = true;
  } else {
    files_.rename_new(target_.directory, temporary, target_.directory, candidate_.name());
  }
  files_.sync_directory(target_.directory);
  old_ = Exclusive::of_file(std::move(copy));
}

// The old database itself lies beside: what was kept of it elsewhere is not needed.
void SwapReplacement::swap_back(const Deadline& deadline, const std::optional<Directory>&) {
  std::string unrecorded;
  try {
    surprises_as_errors([&] {
      remember_inodes();
      announce_swap_back();
      save_displaced_old();
    });
  } catch (const Error& error) {
    // The record only helps a later run to finish this; it must not stand in the way.
    unrecorded = error.what();
  }
  const auto report = [&](const std::string& why) {
    Error error = stuck(why);
    if (!unrecorded.empty()) error.add_note(unrecorded);
    return error;
  };
  try {
    surprises_as_errors([&] {
      const bool had_companions = companions_of_new_.has_value();
      take_companions_back(deadline);
      const Deadline patience = past_a_glance(deadline);
      for (;; pause_or_throw_in_use(target_, patience)) {
        const auto alone = hold_new(deadline);
        require_known_names();
        take_candidate_back();
        if (!alone || alone->intact() || had_companions) break;
        // Somebody who resolved the name just before the exchange waits for the new file, and would
        // write where nobody looks: he gets it live, unless it would be without its companions.
        put_candidate_live();
      }
    });
  } catch (const Error& error) {
    throw report(error.what());
  } catch (const Interrupted&) {
    throw report("a signal ended the waiting");
  }
  files_.sync_directory(target_.directory);
  // The old database is live again: whoever waits to open it may go on.
  old_.reset();
}

// The file with this inode is kept elsewhere. What another program has given its name to is not
// ours to remove.
void SwapReplacement::give_up_name(std::optional<ino_t> inode) {
  if (is_named(candidate_.name(), inode)) {
    files_.unlink(target_.directory, candidate_.name());
  } else if (target_.directory.contains(candidate_.name())) {
    files_.rename_new(target_.directory, candidate_.name(), target_.directory,
                      names::displaced(target_.name));
    displaced_ = true;
  }
  names_changed_ = true;
}

void SwapReplacement::discard_old() {
  remember_inodes();
  give_up_name(built_.old_inode);
}

void SwapReplacement::discard(const std::optional<Directory>& entry) {
  // What prepare() has refused to touch is not ours to remove either.
  if (candidate_.is_foreign()) return;
  remember_inodes();
  if (announced_ && built_.old_inode && is_named(candidate_.name(), built_.old_inode)) {
    throw stuck("it was not exchanged back");
  }
  if (entry) restore_companions(*entry, target_.name);
  if (intent_.source_consumed) {
    // The candidate is a second name of a sealed backup: it gets its seal back.
    const auto candidate = target_.directory.open_file(candidate_.name(), false);
    if (candidate && candidate->status().st_nlink > 1) files_.set_mode(*candidate, 0400);
  }
  // Nor is what another program has put there since.
  const ino_t built = built_.new_inode != 0 ? built_.new_inode : candidate_.inode();
  if (built == 0 || is_named(candidate_.name(), built)) {
    files_.unlink(target_.directory, candidate_.name());
  }
  files_.sync_directory(target_.directory);
  names_changed_ = false;
  // The run is undone: whoever waits to open the old database may go on.
  old_.reset();
}

// D15. The candidate's name is gone for good before the journal is: a candidate without a journal
// would look like somebody's forgotten database.
void SwapReplacement::finish() {
  if (names_changed_) files_.sync_directory(target_.directory);
  old_.reset();
  journal_.remove();
  if (!displaced_) return;
  throw Error(
      ErrorCode::needs_person,
      fmt::format("{} was replaced by another file during the {}: the old database was kept "
                  "all the same, and that file is {} now",
                  printable(candidate_.path().native()), intent_.command,
                  printable((target_.directory / names::displaced(target_.name)).native())),
      "find out which program writes there, then move that file away");
}

}  // namespace baseline::sqlite
