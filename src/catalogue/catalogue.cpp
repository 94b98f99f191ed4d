#include "catalogue/catalogue.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "catalogue/hand_over.hpp"
#include "catalogue/seal.hpp"
#include "os/acting_user.hpp"
#include "os/modes.hpp"
#include "os/new_place.hpp"
#include "os/process.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kReadOnly = 0400;

// Numbers give the order, so none may come again from the start.
std::string id_after(std::uint64_t number, std::string_view time) {
  if (number == std::numeric_limits<std::uint64_t>::max()) {
    throw Error(ErrorCode::refused,
                fmt::format("a backup has the number {}, after which there is none", number),
                "baseline backups list shows it; move its directory out of the directory of the "
                "backups");
  }
  return fmt::format("{}-{:03}", time, number + 1);
}

bool is_unsealed(std::string_view name) { return name.starts_with(names::kUnsealedPrefix); }

// The id that an entry has by the name of its directory. That of a run whose id was taken meanwhile
// is another one: its manifest tells.
std::string id_in(const std::string& name) {
  if (!is_unsealed(name)) return name;
  const std::string key = name.substr(names::kUnsealedPrefix.size());
  return key.substr(0, key.rfind('-'));
}

}  // namespace

Error unread_error(const CatalogueEntry& entry) {
  return {*entry.unread,
          fmt::format("the backup {} could not be read: {}", printable(entry.id), entry.damage),
          "nothing is known to be wrong with it: see to the cause, then try again"};
}

std::vector<std::string> unsealed_ids(const std::vector<CatalogueEntry>& entries) {
  std::vector<std::string> ids;
  for (const CatalogueEntry& entry : entries) {
    if (entry.unsealed) ids.push_back(entry.id);
  }
  return ids;
}

Catalogue::Catalogue(FileSystem& files, fs::path directory, const Owners& owners)
    : files_(files), directory_(std::move(directory)), owners_(owners) {}

const Directory* Catalogue::opened() const {
  // One that somebody has removed meanwhile is none any more.
  if (opened_ && opened_->own_status().st_nlink > 0) return &*opened_;
  opened_.reset();
  auto parent = Directory::find(directory_.parent_path());
  if (!parent) return nullptr;
  parent->obey_only(owners_);
  const std::string name = directory_.filename().native();
  const auto there = parent->status(name);
  if (there && !S_ISDIR(there->st_mode) && there->st_uid == ::geteuid()) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is not a directory", printable(directory_.native())),
                "name another directory for the backups with --backups");
  }
  if (there && ::faccessat(parent->fd(), name.c_str(), R_OK | X_OK, AT_EACCESS) != 0 &&
      errno == EACCES) {
    throw Error(
        ErrorCode::refused,
        fmt::format("the directory {} for the backups belongs to {}, and is closed to {}",
                    printable(directory_.native()), owner_name(there->st_uid, there->st_gid),
                    acts_for_root() ? owner_name(::geteuid(), ::getegid()) : "this user"),
        "run as its owner, or name another directory for the backups with --backups");
  }
  opened_ = parent->open_directory(name);
  return opened_ ? &*opened_ : nullptr;
}

Directory Catalogue::open_entry(const std::string& id) const {
  if (const Directory* const catalogue = opened()) {
    // Another process may seal it at this moment.
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (auto entry = catalogue->open_directory(name_of(id))) return std::move(*entry);
    }
  }
  errno = ENOENT;
  throw_errno("open the directory", (directory_ / id).native());
}

std::vector<std::string> Catalogue::names() const {
  const Directory* const catalogue = opened();
  return catalogue != nullptr ? catalogue->names() : std::vector<std::string>();
}

std::vector<CatalogueEntry> Catalogue::entries() const {
  std::vector<CatalogueEntry> entries;
  for (const std::string& name : names()) {
    if (names::is_id(id_in(name))) entries.push_back(read_entry(*opened(), name));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const CatalogueEntry& a, const CatalogueEntry& b) {
                     return names::sequence_of(a.id) < names::sequence_of(b.id);
                   });
  return entries;
}

std::vector<CatalogueEntry> Catalogue::unsealed() const {
  std::vector<CatalogueEntry> entries;
  for (const std::string& name : names()) {
    if (is_unsealed(name)) entries.push_back(read_entry(*opened(), name));
  }
  return entries;
}

std::vector<std::string> Catalogue::unfinished() const {
  std::vector<std::string> ids;
  for (const std::string& name : names()) {
    if (name.rfind(names::kPartialPrefix, 0) == 0) {
      ids.push_back(name.substr(names::kPartialPrefix.size()));
    }
  }
  return ids;
}

std::string Catalogue::name_of(const std::string& id) const {
  const Directory* const catalogue = opened();
  if (catalogue == nullptr || !names::is_id(id) || catalogue->contains(id)) return id;
  for (const CatalogueEntry& entry : unsealed()) {
    if (entry.id == id) return entry.directory.filename();
  }
  return id;
}

CatalogueEntry Catalogue::read_entry(const Directory& catalogue, const std::string& name) const {
  CatalogueEntry entry;
  entry.id = id_in(name);
  entry.unsealed = is_unsealed(name);
  entry.directory = catalogue / name;
  try {
    const auto directory = catalogue.open_directory(name);
    const auto text = directory ? directory->read_text(std::string(names::kManifest), 1U << 20U)
                                : std::optional<std::string>();
    if (!text) throw Error(ErrorCode::refused, "its manifest is missing");
    Manifest manifest =
        manifest_from_json(*text, (*directory / std::string(names::kManifest)).native());
    if (entry.unsealed ? names::unsealed(manifest.run) != name : manifest.id != name) {
      throw Error(ErrorCode::refused, fmt::format("its manifest is of {}", printable(manifest.id)));
    }
    entry.id = manifest.id;
    entry.manifest = std::move(manifest);
    entry.record = read_record(*directory);
    entry.sealed = !entry.unsealed && directory->contains(std::string(names::kChecksums));
    if (!entry.unsealed && entry.manifest->payload.sha256.empty()) {
      throw Error(ErrorCode::refused, "its manifest has no SHA-256");
    }
    if (!entry.manifest->restored.empty()) return entry;
    const auto data = directory->status(entry.manifest->payload.name);
    directory->require_obeyed(entry.manifest->payload.name);
    if (!data || !S_ISREG(data->st_mode)) {
      throw Error(ErrorCode::refused, "its database file is missing");
    }
    // A write to one that is not sealed is found when it is sealed.
    if (!entry.unsealed &&
        static_cast<std::uint64_t>(data->st_size) != entry.manifest->payload.size) {
      throw Error(ErrorCode::refused,
                  fmt::format("its database file has {} bytes, but the manifest "
                              "says {}",
                              data->st_size, entry.manifest->payload.size));
    }
  } catch (const Error& error) {
    entry.damage = error.what();
    if (error.code() != ErrorCode::refused) entry.unread = error.code();
  }
  return entry;
}

bool Catalogue::contains(const std::string& id) const {
  const Directory* const catalogue = opened();
  return catalogue != nullptr && names::is_id(id) && catalogue->contains(name_of(id));
}

CatalogueEntry Catalogue::look_at(const std::string& id) const {
  if (!contains(id)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("there is no backup {} in {}", printable(id), printable(directory_.native())),
        "baseline backups list shows what there is");
  }
  return read_entry(*opened(), name_of(id));
}

CatalogueEntry Catalogue::find(const std::string& id) const {
  CatalogueEntry entry = look_at(id);
  if (entry.unread) throw unread_error(entry);
  if (!entry.damage.empty()) {
    throw Error(ErrorCode::refused,
                fmt::format("the backup {} cannot be used: {}", printable(id), entry.damage),
                "choose another with --to; baseline backups list shows them");
  }
  return entry;
}

std::string Catalogue::next_id(std::chrono::system_clock::time_point now,
                               std::string_view after) const {
  std::uint64_t highest = names::sequence_of(after).value_or(0);
  for (const std::string& name : names()) {
    const std::string id = is_unsealed(name) ? read_entry(*opened(), name).id : name;
    highest = std::max(highest, names::sequence_of(id).value_or(0));
  }
  return id_after(highest, compact_time(now));
}

void Catalogue::require_usable(const std::string& database) const {
  if (names::is_in_every_entry(fs::path(database).filename().native())) {
    throw Error(ErrorCode::refused,
                fmt::format("{} has the name of a file that every backup has beside the database",
                            printable(database)),
                "rename the database");
  }
  const bool exists = opened() != nullptr;
  std::error_code error;
  if (exists && fs::equivalent(directory_, fs::path(database).parent_path(), error)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("{} is the directory of the database, and backups need one of their own",
                    printable(directory_.native())),
        fmt::format("--backups {}", shell_quoted(names::catalogue(database))));
  }
  if (!exists) require_own_name(directory_);
  const fs::path place = exists ? directory_ : directory_.parent_path();
  const auto found = exists ? std::nullopt : Directory::find(place);
  if (!exists && !found) {
    throw Error(
        ErrorCode::usage,
        fmt::format("the directory {} for the backups does not exist", printable(place.native())),
        "create it, or name another directory for the backups with --backups");
  }
  const int fd = exists ? opened()->fd() : found->fd();
  if (::faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0) return;
  if (!exists && is_roots_to_make(directory_)) return;
  throw Error(ErrorCode::refused,
              fmt::format("the directory {} for the backups is not writable for {}",
                          printable(place.native()),
                          acts_for_root() ? owner_name(::geteuid(), ::getegid()) : "this user"),
              acts_for_root()
                  ? fmt::format("give that user a directory for them: install -d -m 700 -o {0} "
                                "-g {1} {2}",
                                ::geteuid(), ::getegid(), shell_quoted(directory_.native()))
                  : "name another directory for the backups with --backups, or run as its owner");
}

const Directory& Catalogue::open() {
  if (const Directory* const catalogue = opened()) return *catalogue;
  Directory parent = Directory::open(directory_.parent_path());
  parent.obey_only(owners_);
  const std::string name = directory_.filename().native();
  if (is_roots_to_make(directory_)) {
    make_for_acting_user(files_, parent, name);
  } else {
    files_.make_directory(parent, name, kPrivateDirectory);
  }
  files_.sync_directory(parent);
  opened_ = parent.open_directory(name);
  if (!opened_) throw_errno("open the directory", directory_.native());
  return *opened_;
}

std::optional<CatalogueEntry> Catalogue::find_run(const std::string& run) const {
  for (CatalogueEntry& entry : entries()) {
    if (entry.manifest && entry.manifest->run == run) return std::move(entry);
  }
  return {};
}

Directory Catalogue::open_unfinished(const std::string& run) {
  const Directory& catalogue = open();
  const std::string name = names::partial(run);
  if (!catalogue.contains(name)) files_.make_directory(catalogue, name, kPrivateDirectory);
  return open_entry(name);
}

std::optional<Directory> Catalogue::find_unfinished(const std::string& run) const {
  const Directory* const catalogue = opened();
  return catalogue != nullptr ? catalogue->open_directory(names::partial(run)) : std::nullopt;
}

void Catalogue::write_file(const Directory& directory, std::string_view name, std::string_view text,
                           mode_t mode) {
  // What an interrupted run wrote is written anew; nobody can have seen it under a final name.
  files_.unlink(directory, std::string(name));
  const File file = files_.create(directory, std::string(name), mode);
  files_.write(file, text, 0);
  files_.sync(file);
}

void Catalogue::replace_manifest(const Directory& entry, const std::string& text) {
  const std::string manifest(names::kManifest);
  const std::string temporary = names::renewed(manifest);
  write_file(entry, temporary, text, kReadOnly);
  files_.rename(entry, temporary, entry, manifest);
}

void Catalogue::take_free_id(Manifest& manifest) const {
  while (contains(manifest.id)) {
    const std::string time = manifest.id.substr(0, manifest.id.rfind('-'));
    manifest.id = id_after(names::sequence_of(manifest.id).value_or(0), time);
  }
}

void Catalogue::finish(const Directory& entry, const std::string& name, const Manifest& manifest,
                       const std::string& text) {
  const Directory& catalogue = open();
  write_file(entry, names::kChecksums, checksums(entry, manifest, text), kReadOnly);
  files_.sync_directory(entry);
  files_.rename_new(catalogue, name, catalogue, manifest.id);
  files_.sync_directory(catalogue);
}

void Catalogue::commit(Manifest& manifest, const std::string& key) {
  const Directory entry = open_unfinished(key);
  take_free_id(manifest);
  const std::string text = to_json(manifest);
  write_file(entry, names::kManifest, text, kReadOnly);
  finish(entry, names::partial(key), manifest, text);
}

void Catalogue::put_unsealed(Manifest& manifest) {
  const Directory entry = open_unfinished(manifest.run);
  const Directory& catalogue = open();
  take_free_id(manifest);
  write_file(entry, names::kManifest, to_json(manifest), kReadOnly);
  files_.sync_directory(entry);
  files_.rename_new(catalogue, names::partial(manifest.run), catalogue,
                    names::unsealed(manifest.run));
  files_.sync_directory(catalogue);
}

void Catalogue::seal(const Manifest& manifest) {
  const Directory entry = open_entry(manifest.id);
  const std::string text = to_json(manifest);
  replace_manifest(entry, text);
  finish(entry, names::unsealed(manifest.run), manifest, text);
}

void Catalogue::discard_unfinished(const std::string& run) {
  const auto entry = find_unfinished(run);
  if (!entry) return;
  for (const std::string& name : entry->names()) files_.unlink(*entry, name);
  files_.remove_directory(*opened(), names::partial(run));
}

void Catalogue::remove(const CatalogueEntry& entry) {
  const Directory& catalogue = open();
  const std::string& run = entry.manifest->run;
  // It becomes an unfinished entry in one step, so that no half entry is ever seen.
  files_.rename_new(catalogue, entry.directory.filename(), catalogue, names::partial(run));
  files_.sync_directory(catalogue);
  discard_unfinished(run);
}

void Catalogue::give_up(const CatalogueEntry& entry) {
  const Directory& catalogue = open();
  const std::string key = names::removed(entry.id);
  files_.rename_new(catalogue, entry.id, catalogue, names::partial(key));
  files_.sync_directory(catalogue);
  discard_unfinished(key);
}

void Catalogue::finish_removals() {
  for (const std::string& key : unfinished()) {
    if (key.rfind(names::kRemovedPrefix, 0) == 0) discard_unfinished(key);
  }
}

void Catalogue::mark_restored(const std::string& id, const std::string& when) {
  CatalogueEntry entry = find(id);
  const Directory directory = open_entry(id);
  // First the record, then the data: an entry whose file is missing without a word is damaged.
  if (entry.manifest->restored.empty()) {
    entry.manifest->restored = when;
    replace_manifest(directory, to_json(*entry.manifest));
    files_.sync_directory(directory);
  }
  // An interrupted call may have come to here already.
  files_.unlink(directory, entry.manifest->payload.name);
  for (const std::string& name : entry.manifest->payload.companions) files_.unlink(directory, name);
  files_.unlink(directory, std::string(names::kChecksums));
  files_.sync_directory(directory);
}

}  // namespace baseline
