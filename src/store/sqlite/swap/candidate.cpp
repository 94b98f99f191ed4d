#include "store/sqlite/swap/candidate.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"
#include "os/modes.hpp"
#include "os/sha256.hpp"
#include "store/sqlite/session/sessions.hpp"

namespace baseline::sqlite {
namespace {

// What a program that creates a file without further thought would give it.
mode_t default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0644 & ~mask;
}

}  // namespace

Candidate::Candidate(FileSystem& files, const Target& target, Belongs belongs)
    : files_(files), target_(target), name_(names::candidate(target.name)), belongs_(belongs) {}

void Candidate::require_free() {
  foreign_ = target_.directory.contains(name_);
  if (!foreign_) return;
  target_.directory.require_obeyed(name_);
  throw_unknown_candidate(target_);
}

void Candidate::make() {
  foreign_ = true;  // what has the name although this fails is not ours to remove
  inode_ = files_.create(target_.directory, name_, kPrivateFile).status().st_ino;
  foreign_ = false;
}

void Candidate::throw_replaced() const {
  throw Error(ErrorCode::in_use,
              fmt::format("{} was replaced by another file while it was built; nothing was changed",
                          printable(path().native())),
              "find out which program writes there, move that file away, then try again");
}

void Candidate::require_own() const {
  const auto named = target_.directory.status(name_);
  if (!named || named->st_ino != inode_) throw_replaced();
}

// By name, for it was closed in between: but what has the name now may be another file.
File Candidate::open_own() {
  File file = files_.open_or_create(target_.directory, name_, kPrivateFile);
  if (file.status().st_ino != inode_) throw_replaced();
  return file;
}

void Candidate::remove_empty() {
  const auto stray = target_.directory.status(name_);
  if (stray && stray->st_size == 0) files_.unlink(target_.directory, name_);
}

// The new file belongs to whom the old one belongs to (D9). Reading the old one's attributes needs
// a descriptor of it, so this is only called while SQLite has nothing open there.
FileAttributes Candidate::attributes_for(const File& file) const {
  const auto live = target_.directory.open_file(target_.name, false);
  if (live) return attributes_of(*live);
  if (fallback_attributes_) return *fallback_attributes_;
  FileAttributes attributes = attributes_of(file);
  attributes.mode = default_mode();
  return attributes;
}

SwapRecord Candidate::built(const File& file, std::string sha256) const {
  if (belongs_ == Belongs::to_live) give_attributes(files_, file, attributes_for(file));
  files_.sync(file);
  const struct stat status = file.status();
  SwapRecord record;
  record.new_inode = status.st_ino;
  record.new_size = static_cast<std::uint64_t>(status.st_size);
  record.new_sha256 = std::move(sha256);
  return record;
}

// D4. The migration was applied already; the candidate is written once and synced once. A large one
// is copied page by page.
SwapRecord Candidate::write(Session& migrated) {
  const File file = open_own();
  std::string sha256;
  const bool small = with_bytes(migrated, [&](std::string_view bytes) {
    files_.write(file, bytes, 0);
    sha256 = sha256_hex(bytes);
  });
  if (!small) {
    // By name, and through no link. Whatever has the name meanwhile: what counts is this file, and
    // that it is not empty any more.
    migrated.save(path());
    require_own();
    if (file.status().st_size == 0) throw_replaced();
    sha256 = hash_file(file, nullptr, Cached::keep);  // it goes live
  }
  return built(file, std::move(sha256));
}

SwapRecord Candidate::take_backup(const Directory& entry, const Payload& payload, bool consume,
                                  const OnProgress& on_progress) {
  const auto source = entry.open_file(payload.name, false);
  const std::string path = printable((entry / payload.name).native());
  if (!source) throw Error(ErrorCode::refused, fmt::format("the backup {} is missing", path));
  const struct stat status = source->status();
  if (static_cast<std::uint64_t>(status.st_size) != payload.size) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} has {} bytes, but its manifest says {}", path,
                            status.st_size, payload.size),
                "choose another with --to; baseline backups list shows them");
  }
  fallback_attributes_ = attributes_of(*source);
  fallback_attributes_->mode = payload.mode;
  const auto require_sealed = [&](const std::string& sha256) {
    if (sha256 == payload.sha256) return;
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} is damaged: its SHA-256 is not the one it was sealed "
                            "with",
                            path),
                "choose another with --to; baseline backups list shows them");
  };
  if (consume) {
    // Read once, before the window. A second name, not a rename: until the run is finished the
    // backup stays where it is.
    // SQLite reads all of it next, here and there: from a cold disk that takes ten times as long.
    require_sealed(hash_file(*source, on_progress, Cached::keep));
    files_.unlink(target_.directory, name_);
    files_.link(entry, payload.name, target_.directory, name_);
    inode_ = status.st_ino;
    require_own();
    return built(*source, payload.sha256);
  }
  const File file = open_own();
  require_sealed(copy_file(files_, *source, file, on_progress));
  return built(file, payload.sha256);
}

// D4 of `rollback --from`.
SwapRecord Candidate::take_bytes(const std::function<void(const TakeBytes& take)>& give) {
  const File file = open_own();
  Sha256 hash;
  std::uint64_t size = 0;
  give([&](std::string_view bytes) {
    files_.write(file, bytes, size);
    hash.update(bytes);
    size += bytes.size();
  });
  return built(file, hash.hex());
}

bool Candidate::is_as_built(const File& file, const SwapRecord& built) {
  return static_cast<std::uint64_t>(file.status().st_size) == built.new_size &&
         hash_file(file, nullptr) == built.new_sha256;
}

}  // namespace baseline::sqlite
