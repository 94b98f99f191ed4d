// The part of the swap engine that keeps what lies beside an unreadable database with it.
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"
#include "os/lease.hpp"
#include "os/modes.hpp"
#include "os/sha256.hpp"
#include "store/sqlite/swap/freeze.hpp"
#include "store/sqlite/swap/swap_replacement.hpp"

namespace baseline::sqlite {
std::vector<std::string> SwapReplacement::set_companions_aside(const Directory& entry) {
  std::vector<std::string> found = companions(target_);
  for (const std::string& name : found) {
    const auto source = target_.directory.open_file(name, false);
    const File target = files_.create(entry, name, kPrivateFile);
    copy_file(files_, *source, target, nullptr);
    files_.set_mode(target, kSealedFile);
    files_.sync(target);
  }
  if (found.empty()) return found;
  files_.sync_directory(entry);
  // The entry itself is new, and its name has to last as well before the only other copy goes.
  files_.sync_directory(Directory::open(entry.path().parent_path()));
  for (const std::string& name : found) files_.unlink(target_.directory, name);
  files_.sync_directory(target_.directory);
  return found;
}

// What was set aside comes back under its name whole or not at all: a crash in the middle must not
// make the next recovery believe that it is there.
void SwapReplacement::restore_companions(const Directory& entry, const std::string& kept_name) {
  const std::string temporary = names::restoring(target_.name);
  files_.unlink(target_.directory, temporary);
  const auto kept = names::companions(kept_name);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string name = names::companions(target_.name).at(i);
    const auto aside = entry.open_file(kept.at(i), false);
    if (!aside || target_.directory.contains(name)) continue;
    const File back = files_.create(target_.directory, temporary, kPrivateFile);
    copy_file(files_, *aside, back, nullptr);
    if (const auto live = target_.directory.status(target_.name)) {
      files_.set_owner(back, live->st_uid, live->st_gid);
      files_.set_mode(back, live->st_mode & kPermissionBits);
    }
    files_.sync(back);
    files_.rename_new(target_.directory, temporary, target_.directory, name);
  }
}

// What was kept of an unreadable database beside it belongs to it, and whoever opens it has to find
// it there. A lease on the new file makes them wait until it is.
void SwapReplacement::bring_companions_live() {
  restore_companions(companions_of_new_->entry, companions_of_new_->name);
  files_.sync_directory(target_.directory);
}

// Those that went live with the new database go with it, unless somebody has written to them.
void SwapReplacement::take_companions_back(const Deadline& deadline) {
  if (!companions_of_new_) return;
  const auto alone = Exclusive::acquire(files_, target_, deadline, true);
  const auto kept = names::companions(companions_of_new_->name);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::string name = names::companions(target_.name).at(i);
    const auto live = target_.directory.open_file(name, false);
    if (!live) continue;
    const auto sealed = companions_of_new_->entry.open_file(kept.at(i), false);
    if (!sealed || hash_file(*live, nullptr) != hash_file(*sealed, nullptr)) {
      throw Error(ErrorCode::in_use,
                  fmt::format("a process has written to {}", printable(live->path().native())));
    }
  }
  remove_brought();
  companions_of_new_.reset();
}

// What bring_companions_live() has brought: copies of what is sealed.
void SwapReplacement::remove_brought() {
  for (const std::string& name : companions(target_)) files_.unlink(target_.directory, name);
}

bool SwapReplacement::place_companions(const Directory& entry, const Payload& payload) {
  if (payload.companions.empty()) return true;
  // Nobody can tell whose they would be, and a -wal that is put beside a file that has gone on
  // since would take it back.
  const auto live = target_.directory.open_file(target_.name, true);
  if (!live || !announced_ || hash_file(*live, nullptr) != announced_->new_sha256) return false;
  Lease lease;
  if (lease.acquire(*live) != Lease::Outcome::granted) {
    throw Error(
        ErrorCode::in_use,
        fmt::format("{} is in use before all that belongs to it is beside it", target_.display()),
        "stop the application, then run: baseline recover");
  }
  companions_of_new_ = CompanionSource{Directory::open(entry.path()), payload.name};
  bring_companions_live();
  return true;
}

}  // namespace baseline::sqlite
