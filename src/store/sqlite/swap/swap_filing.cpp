// The part of the swap engine that makes files into backups (D8, D13).
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/modes.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/swap_replacement.hpp"

namespace baseline::sqlite {
namespace {}  // namespace

Payload SwapReplacement::move_into(const Directory& entry, const std::string& from,
                                   const File& file, const std::string& sha256) {
  const struct stat status = file.status();
  // Read-only only under its new name: an owner who is not root could not open it for a lease
  // again.
  files_.rename_new(target_.directory, from, entry, target_.name);
  names_changed_ = true;
  files_.set_mode(file, kSealedFile);
  files_.sync(file);
  return payload_of(entry, target_.name, status, sha256, true);
}

// Moves the file `name` beside the database into the entry, if nobody can have it open, else copies
// it: a backup that somebody can still write to is none.
Payload SwapReplacement::file_into(const Directory& entry, const std::string& name,
                                   std::optional<Exclusive>& proof, const OnProgress& on_progress) {
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
  if (!proof) {
    // A run that was cut off just before the rename has sealed it already, also against its owner,
    // and a lease needs a descriptor that is open for writing.
    constexpr mode_t kOwnerWrites = 0200;
    const auto sealed = target_.directory.status(name);
    if (sealed && (sealed->st_mode & kOwnerWrites) == 0) {
      const auto readable = target_.directory.open_file(name, false);
      if (readable) files_.set_mode(*readable, kPrivateFile);
    }
    auto file = target_.directory.open_file(name, true);
    if (!file) {
      throw Error(ErrorCode::needs_person,
                  fmt::format("{} has disappeared", printable((target_.directory / name).native())),
                  "look for it before you go on: it is the old database");
    }
    proof = Exclusive::of_file(std::move(*file));
  }
  if (proof && intent_.strategy == BackupStrategy::move) {
    const std::string sha256 = hash_file(proof->file(), on_progress);
    // Asked after the hash, which may take long.
    if (proof->intact()) {
      Payload payload = move_into(entry, name, proof->file(), sha256);
      // Under its new name nobody comes for it, and it is to be looked at.
      proof.reset();
      return payload;
    }
  }
  // Through the descriptor that has the lease: another one would have to wait for it.
  const auto source = proof ? std::nullopt : target_.directory.open_file(name, false);
  Payload payload =
      copy_into(files_, entry, target_.name, proof ? proof->file() : *source, on_progress);
  files_.unlink(target_.directory, name);
  names_changed_ = true;
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

Payload SwapReplacement::file_old(const Directory& entry, const OnProgress& on_progress) {
  remember_inodes();
  return file_into(entry, candidate_.name(), old_, on_progress);
}

bool SwapReplacement::candidate_is_as_built() {
  return !announced_ || candidate_.is_as_built(built_);
}

Payload SwapReplacement::file_candidate(const Directory& entry, const OnProgress& on_progress) {
  std::optional<Exclusive> none;
  return file_into(entry, candidate_.name(), none, on_progress);
}

}  // namespace baseline::sqlite
