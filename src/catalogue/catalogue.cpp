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
#include "os/process.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kReadOnly = 0400;

// What is not there, or not for this user, is not an error; a disk that does not answer is: it must
// not look like a catalogue without backups.
bool is_absence(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == EACCES;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().native());
  }
  if (error && !is_absence(error.value())) {
    errno = error.value();
    throw_errno("list", directory.native());
  }
  std::sort(names.begin(), names.end());
  return names;
}

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

std::optional<Directory> open_if_there(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (is_absence(errno)) return {};
    throw_errno("look at", path.native());
  }
  if (!S_ISDIR(status.st_mode)) return {};
  return Directory::open(path);
}

}  // namespace

std::optional<std::uint64_t> sequence_of(std::string_view id) {
  constexpr std::size_t kTimeLength = std::string_view("20261121T023558Z").size();
  if (id.size() < kTimeLength + 2 || id[8] != 'T' || id[15] != 'Z' || id[kTimeLength] != '-') {
    return {};
  }
  std::uint64_t number = 0;
  const char* const end = id.data() + id.size();
  const auto [last, error] = std::from_chars(id.data() + kTimeLength + 1, end, number);
  if (error != std::errc() || last != end) return {};
  return number;
}

Error unread_error(const CatalogueEntry& entry) {
  return {*entry.unread,
          fmt::format("the backup {} could not be read: {}", printable(entry.id), entry.damage),
          "nothing is known to be wrong with it: see to the cause, then try again"};
}

Catalogue::Catalogue(FileSystem& files, fs::path directory)
    : files_(files), directory_(std::move(directory)) {}

std::optional<Directory> Catalogue::open_if_present() const { return open_if_there(directory_); }

std::vector<CatalogueEntry> Catalogue::entries() const {
  std::vector<CatalogueEntry> entries;
  const auto catalogue = open_if_present();
  std::error_code error;
  // It must not look like one without backups.
  if (!catalogue && fs::exists(fs::symlink_status(directory_, error))) throw_no_directory();
  if (!catalogue) return entries;
  for (const std::string& name : names_in(directory_)) {
    if (sequence_of(name)) entries.push_back(read_entry(*catalogue, name));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const CatalogueEntry& a, const CatalogueEntry& b) {
                     return sequence_of(a.id) < sequence_of(b.id);
                   });
  return entries;
}

std::vector<std::string> Catalogue::unfinished() const {
  std::vector<std::string> ids;
  for (const std::string& name : names_in(directory_)) {
    if (name.rfind(names::kPartialPrefix, 0) == 0) {
      ids.push_back(name.substr(names::kPartialPrefix.size()));
    }
  }
  return ids;
}

CatalogueEntry Catalogue::read_entry(const Directory& catalogue, const std::string& id) const {
  CatalogueEntry entry;
  entry.id = id;
  entry.directory = catalogue / id;
  try {
    const auto directory = open_if_there(entry.directory);
    if (!directory) throw Error(ErrorCode::refused, "it is not a directory");
    const auto text = directory->read_text(std::string(names::kManifest), 1U << 20U);
    if (!text) throw Error(ErrorCode::refused, "its manifest is missing");
    Manifest manifest =
        manifest_from_json(*text, (*directory / std::string(names::kManifest)).native());
    if (manifest.id != id) {
      throw Error(ErrorCode::refused, fmt::format("its manifest is of {}", printable(manifest.id)));
    }
    entry.manifest = std::move(manifest);
    entry.record = read_record(*directory);
    entry.sealed = directory->contains(std::string(names::kChecksums));
    if (!entry.manifest->restored.empty()) return entry;
    const auto data = directory->status(entry.manifest->payload.name);
    if (!data || !S_ISREG(data->st_mode)) {
      throw Error(ErrorCode::refused, "its database file is missing");
    }
    if (static_cast<std::uint64_t>(data->st_size) != entry.manifest->payload.size) {
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
  const auto catalogue = open_if_present();
  return catalogue && sequence_of(id) && catalogue->contains(id);
}

CatalogueEntry Catalogue::look_at(const std::string& id) const {
  const auto catalogue = open_if_present();
  if (!catalogue || !sequence_of(id) || !catalogue->contains(id)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("there is no backup {} in {}", printable(id), printable(directory_.native())),
        "baseline backups list shows what there is");
  }
  return read_entry(*catalogue, id);
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
  std::uint64_t highest = sequence_of(after).value_or(0);
  for (const std::string& name : names_in(directory_)) {
    highest = std::max(highest, sequence_of(name).value_or(0));
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
  std::error_code error;
  // A symbolic link is none either: what is filed must not end up elsewhere.
  const fs::file_status named = fs::symlink_status(directory_, error);
  const bool exists = fs::exists(named);
  if (exists && !fs::is_directory(named)) throw_no_directory();
  const fs::path place = exists ? directory_ : directory_.parent_path();
  if (!fs::is_directory(place, error)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("the directory {} for the backups does not exist", printable(place.native())),
        "create it, or name another directory for the backups with --backups");
  }
  if (::faccessat(AT_FDCWD, place.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
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

void Catalogue::throw_no_directory() const {
  throw Error(ErrorCode::refused,
              fmt::format("{} is not a directory", printable(directory_.native())),
              "name another directory for the backups with --backups");
}

Directory Catalogue::open() {
  if (auto catalogue = open_if_present()) return std::move(*catalogue);
  const Directory parent = Directory::open(directory_.parent_path());
  const std::string name = directory_.filename().native();
  if (parent.contains(name)) throw_no_directory();
  if (is_roots_to_make(directory_)) {
    make_for_acting_user(files_, parent, name);
  } else {
    files_.make_directory(parent, name, kPrivateDirectory);
  }
  files_.sync_directory(parent);
  return Directory::open(directory_);
}

std::optional<CatalogueEntry> Catalogue::find_run(const std::string& run) const {
  for (CatalogueEntry& entry : entries()) {
    if (entry.manifest && entry.manifest->run == run) return std::move(entry);
  }
  return {};
}

Directory Catalogue::open_unfinished(const std::string& run) {
  const Directory catalogue = open();
  const std::string name = names::partial(run);
  if (!catalogue.contains(name)) files_.make_directory(catalogue, name, kPrivateDirectory);
  return Directory::open(catalogue / name);
}

std::optional<Directory> Catalogue::find_unfinished(const std::string& run) const {
  return open_if_there(directory_ / names::partial(run));
}

void Catalogue::write_file(const Directory& directory, std::string_view name, std::string_view text,
                           mode_t mode) {
  // What an interrupted run wrote is written anew; nobody can have seen it under a final name.
  files_.unlink(directory, std::string(name));
  const File file = files_.create(directory, std::string(name), mode);
  files_.write(file, text, 0);
  files_.sync(file);
}

void Catalogue::commit(Manifest& manifest, const std::string& key) {
  const Directory entry = open_unfinished(key);
  const Directory catalogue = Directory::open(directory_);
  while (catalogue.contains(manifest.id)) {
    const std::string time = manifest.id.substr(0, manifest.id.rfind('-'));
    manifest.id = id_after(sequence_of(manifest.id).value_or(0), time);
  }
  const std::string text = to_json(manifest);
  write_file(entry, names::kManifest, text, kReadOnly);
  write_file(entry, names::kChecksums, checksums(entry, manifest, text), kReadOnly);
  files_.sync_directory(entry);
  files_.rename_new(catalogue, names::partial(key), catalogue, manifest.id);
  files_.sync_directory(catalogue);
}

void Catalogue::discard_unfinished(const std::string& run) {
  const auto entry = find_unfinished(run);
  if (!entry) return;
  for (const std::string& name : names_in(entry->path())) files_.unlink(*entry, name);
  files_.remove_directory(Directory::open(directory_), names::partial(run));
}

void Catalogue::remove(const CatalogueEntry& entry) {
  const Directory catalogue = Directory::open(directory_);
  const std::string& run = entry.manifest->run;
  // It becomes an unfinished entry in one step, so that no half entry is ever seen.
  files_.rename_new(catalogue, entry.id, catalogue, names::partial(run));
  files_.sync_directory(catalogue);
  discard_unfinished(run);
}

void Catalogue::give_up(const CatalogueEntry& entry) {
  const Directory catalogue = Directory::open(directory_);
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
  const Directory directory = Directory::open(entry.directory);
  // First the record, then the data: an entry whose file is missing without a word is damaged.
  if (entry.manifest->restored.empty()) {
    entry.manifest->restored = when;
    const std::string manifest(names::kManifest);
    const std::string temporary = names::renewed(manifest);
    write_file(directory, temporary, to_json(*entry.manifest), kReadOnly);
    files_.rename(directory, temporary, directory, manifest);
    files_.sync_directory(directory);
  }
  // An interrupted call may have come to here already.
  files_.unlink(directory, entry.manifest->payload.name);
  for (const std::string& name : entry.manifest->payload.companions) files_.unlink(directory, name);
  files_.unlink(directory, std::string(names::kChecksums));
  files_.sync_directory(directory);
}

}  // namespace baseline
