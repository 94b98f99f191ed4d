#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "catalogue/manifest.hpp"
#include "catalogue/record.hpp"
#include "os/clock.hpp"
#include "os/file_system.hpp"

namespace baseline {

/// An entry of the catalogue as it was found.
struct CatalogueEntry {
  std::string id;
  std::filesystem::path directory;
  std::optional<Manifest> manifest;
  EntryRecord record;   ///< what became of it since
  bool sealed = false;  ///< it has its SHA256SUMS
  /// It is complete, and has yet to be hashed: Catalogue::seal() gives it its final name.
  bool unsealed = false;
  std::string damage;  ///< why it cannot be used, as far as a look without reading tells, or empty
  /// Set when it could not be looked at, and nothing is known of the backup itself; `damage` says
  /// why.
  std::optional<ErrorCode> unread = {};

  bool usable() const { return damage.empty() && manifest && manifest->restored.empty(); }
};

/// The directory of backups of a database: one directory an entry, which appears under its name
/// only when it is complete and sealed (docs/file-formats.md). It is made with the first entry. One
/// that has yet to be sealed is an entry as well, and is found by its id.
class Catalogue {
 public:
  /// `files` must outlive the catalogue. Touches nothing yet. Nothing in it is obeyed that is not
  /// of `owners`.
  Catalogue(FileSystem& files, std::filesystem::path directory, const Owners& owners = {});

  const std::filesystem::path& directory() const { return directory_; }

  /// Its own directory, from the first call that finds it on the same one; null when there is none
  /// (yet). Throws Error{refused} when something else is in its place, or it is not of `owners`.
  const Directory* opened() const;
  /// The directory of an entry. Throws Error{io}, Error{refused}.
  Directory open_entry(const std::string& id) const;

  /// All entries, oldest first: by sequence number, never by time. Damaged ones are listed as such.
  std::vector<CatalogueEntry> entries() const;
  /// Those of them that are not sealed yet; the others are not looked at.
  std::vector<CatalogueEntry> unsealed() const;
  /// Entries that a run left unfinished or is writing now, by the key of the run.
  std::vector<std::string> unfinished() const;
  /// Throws Error{usage} when there is no such entry, Error{refused} when it is damaged, and the
  /// cause where it could not be looked at.
  CatalogueEntry find(const std::string& id) const;
  /// As find(), but a damaged entry is returned as such.
  CatalogueEntry look_at(const std::string& id) const;
  bool contains(const std::string& id) const;

  /// "20261121T023558Z-001": the time for people, the number for the order. `after` is an id that
  /// is spoken for, though it may not be there (yet); it may be empty.
  std::string next_id(std::chrono::system_clock::time_point now, std::string_view after = {}) const;

  /// The entry that a run made of one database, or of a failed new one, if it is finished.
  std::optional<CatalogueEntry> find_run(const std::string& run) const;

  /// The directory of an unfinished entry, by the key of its run; made, like the catalogue itself,
  /// when it is missing. Throws Error{io}.
  Directory open_unfinished(const std::string& run);
  std::optional<Directory> find_unfinished(const std::string& run) const;

  /// Asks before a run whether a backup of `database` (its resolved path) can be filed: throws
  /// Error{usage} when the directory above the catalogue is missing, Error{refused} when something
  /// else is in the catalogue's place, this user may not write there, or every entry has a file of
  /// that name already. Makes nothing.
  void require_usable(const std::string& database) const;

  /// As opened(), but made when it is missing. Throws Error{io} as well.
  const Directory& open();

  /// Writes manifest and checksums into the unfinished entry of `manifest.run` and gives it its
  /// final name, durably. When another database's run has taken the id meanwhile, the next one is
  /// used and set in the manifest.
  void commit(Manifest& manifest) { commit(manifest, manifest.run); }
  /// The same of an unfinished entry with another key than that of its run.
  void commit(Manifest& manifest, const std::string& key);
  /// Gives the unfinished entry of `manifest.run` the name of one that is to be sealed later,
  /// durably. The id is taken as commit() takes it.
  void put_unsealed(Manifest& manifest);
  /// Seals such an entry: `manifest` has the SHA-256. An interrupted call is repeated.
  void seal(const Manifest& manifest);
  /// Removes an unfinished entry with all that is in it; nothing when there is none.
  void discard_unfinished(const std::string& run);
  /// Removes a finished entry: it becomes unfinished first, so that no half entry is ever seen.
  void remove(const CatalogueEntry& entry);
  /// Removes a finished entry for good: in one step it is none any more, and what is left of it
  /// bears a name that finish_removals() knows.
  void give_up(const CatalogueEntry& entry);
  /// Removes what interrupted calls of give_up() left, of whichever database.
  void finish_removals();
  /// Records that the data of an entry went back into place (`rollback --move`) and removes it.
  void mark_restored(const std::string& id, const std::string& when);

 private:
  std::vector<std::string> names() const;
  CatalogueEntry read_entry(const Directory& catalogue, const std::string& name) const;
  std::string name_of(const std::string& id) const;
  void finish(const Directory& entry, const std::string& name, const Manifest& manifest,
              const std::string& text);
  void replace_manifest(const Directory& entry, const std::string& text);
  void take_free_id(Manifest& manifest) const;
  void write_file(const Directory& directory, std::string_view name, std::string_view text,
                  mode_t mode);

  FileSystem& files_;
  std::filesystem::path directory_;
  Owners owners_;
  mutable std::optional<Directory> opened_;
};

/// The ids of the entries that are not sealed yet.
std::vector<std::string> unsealed_ids(const std::vector<CatalogueEntry>& entries);

/// The error of an entry that is `unread`.
Error unread_error(const CatalogueEntry& entry);

}  // namespace baseline
