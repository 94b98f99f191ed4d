// The part of the swap engine that makes files into backups (D8, D13).
#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/clock.hpp"
#include "os/lease.hpp"
#include "os/modes.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/swap_replacement.hpp"

namespace baseline::sqlite {
namespace {

bool is_writable_for_owner(const struct stat& status) {
  constexpr mode_t kOwnerWrites = 0200;
  return (status.st_mode & kOwnerWrites) != 0;
}

}  // namespace

Payload SwapReplacement::move_into(const Directory& entry, const File& file,
                                   const struct stat& status, const std::string& sha256) {
  // Read-only only under its new name: an owner who is not root could not open it for a lease
  // again.
  files_.rename_new(target_.directory, candidate_.name(), entry, target_.name);
  names_changed_ = true;
  files_.set_mode(file, kSealedFile);
  files_.sync(file);
  return payload_of(entry, target_.name, status, sha256, true);
}

Error SwapReplacement::disappeared() const {
  return {ErrorCode::needs_person,
          fmt::format("{} has disappeared, or was replaced by another file",
                      printable(candidate_.path().native())),
          "look for it before you go on, and put it back there: it is what the run has to keep"};
}

// Moves the file beside the database, which has this inode, into the entry, if nobody can have it
// open, else copies it: a backup that somebody can still write to is none.
Payload SwapReplacement::file_into(const Directory& entry, std::optional<ino_t> inode,
                                   std::optional<Exclusive>& proof, Sealing sealing,
                                   const OnProgress& on_progress) {
  const std::string& name = candidate_.name();
  // An interrupted run may have brought it there: then the name beside the database is gone, or,
  // after a power cut, is a second name of the same file.
  const auto there = entry.open_file(target_.name, false);
  const auto beside = target_.directory.status(name);
  if (there && (!beside || beside->st_ino == there->status().st_ino)) {
    if (beside) files_.unlink(target_.directory, name);
    names_changed_ = true;  // by that run, which may not have come to the sync
    const struct stat status = there->status();
    files_.set_mode(*there, kSealedFile);
    files_.sync(*there);
    return payload_of(entry, target_.name, status, hash_file(*there, on_progress),
                      intent_.strategy == BackupStrategy::move);
  }
  if (!is_named(name, inode)) throw disappeared();
  if (!proof) {
    // A run that was cut off just before the rename has sealed it already, also against its owner,
    // and a lease needs a descriptor that is open for writing.
    if (!is_writable_for_owner(*beside)) {
      const auto readable = target_.directory.open_file(name, false);
      if (readable) files_.set_mode(*readable, kPrivateFile);
    }
    auto file = target_.directory.open_file(name, true);
    if (!file || file->status().st_ino != inode) throw disappeared();
    proof = Exclusive::of_file(std::move(*file));
  }
  if (proof && intent_.strategy == BackupStrategy::move) {
    const std::string sha256 =
        sealing == Sealing::now ? hash_file(proof->file(), on_progress) : std::string();
    // Taken while the lease still keeps writers out: a later write changes the time in it.
    const struct stat status = proof->file().status();
    // Asked after the hash, which may take long.
    if (proof->intact() && is_named(name, inode)) {
      Payload payload = move_into(entry, proof->file(), status, sha256);
      const auto moved = entry.status(target_.name);
      if (!moved || moved->st_ino != inode) {
        // Another program was faster by a moment: what it put there goes back.
        files_.rename_new(entry, target_.name, target_.directory, name);
        throw disappeared();
      }
      // Under its new name nobody comes for it, and it is to be looked at.
      proof.reset();
      return payload;
    }
  }
  // Through the descriptor that has the lease: another one would have to wait for it.
  const auto source = proof ? std::nullopt : target_.directory.open_file(name, false);
  if (!proof && (!source || source->status().st_ino != inode)) throw disappeared();
  Payload payload =
      copy_into(files_, entry, target_.name, proof ? proof->file() : *source, on_progress);
  give_up_name(inode);
  return payload;
}

Payload SwapReplacement::copy_old(const Directory& entry, const OnProgress& on_progress) {
  Payload payload = copy_into(files_, entry, target_.name, old_->file(),
                              [&](std::uint64_t done, std::uint64_t total) {
                                require_alone();
                                if (on_progress) on_progress(done, total);
                              });
  require_alone();
  return payload;
}

Payload SwapReplacement::file_old(const Directory& entry, Sealing sealing,
                                  const OnProgress& on_progress) {
  remember_inodes();
  save_displaced_old();
  return file_into(entry, built_.old_inode, old_, sealing, on_progress);
}

// Somebody may have opened it while it was live, and be writing still: nothing is known before he
// has closed it.
bool SwapReplacement::candidate_is_as_built() {
  const Deadline patience(std::chrono::seconds(5));
  do {
    // What another program has put there is nothing that was written to ours.
    if (!announced_ || !is_named(candidate_.name(), built_.new_inode)) return true;
    const bool writable = is_writable_for_owner(*target_.directory.status(candidate_.name()));
    const auto file = target_.directory.open_file(candidate_.name(), writable);
    if (!file) continue;
    Lease lease;
    // Where no lease can be had, no application could have opened it for writing (it is sealed), or
    // nothing better is known.
    const bool impossible = lease.acquire(*file) == Lease::Outcome::impossible;
    if (!impossible && !lease.held()) continue;
    const bool as_built = Candidate::is_as_built(*file, built_);
    if (impossible || lease.held()) return as_built;
  } while (patience.pause());
  throw Error(ErrorCode::in_use,
              fmt::format("a process has {} open, which was the live database for a moment, and "
                          "may be writing to it",
                          printable(candidate_.path().native())),
              "stop the application, then run: baseline recover");
}

Payload SwapReplacement::file_candidate(const Directory& entry, const OnProgress& on_progress) {
  std::optional<Exclusive> none;
  remember_inodes();
  return file_into(entry, built_.new_inode, none, Sealing::now, on_progress);
}

}  // namespace baseline::sqlite
