#include "pipeline/copies.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "catalogue/seal.hpp"
#include "os/acting_user.hpp"
#include "os/directory_lock.hpp"
#include "os/modes.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

// What is read from the disk tells where a second copy was asked for; it is made, replaced and
// looked for only where this run says so as well.
bool names_copies_in(const Context& context, const fs::path& directory) {
  return std::ranges::find(context.also, directory) != context.also.end();
}

void require_directory(const fs::path& directory) {
  std::error_code error;
  // It is not made: where a disk is not mounted, the copy would land on the first one again.
  if (fs::is_directory(directory, error)) return;
  if (error == std::errc::permission_denied) {
    errno = error.value();
    throw_errno("look at", directory.native());
  }
  throw Error(ErrorCode::io,
              fmt::format("the directory {} does not exist", printable(directory.native())));
}

void copy_one(const Directory& from, const Directory& to, const std::string& name,
              const std::string& sha256, const Context& context) {
  const auto source = from.open_file(name, false);
  if (!source) throw Error(ErrorCode::io, fmt::format("{} is missing", printable(name)));
  // What an interrupted copy left is made anew.
  context.files.unlink(to, name);
  const File target = context.files.create(to, name, kSealedFile);
  const std::string read =
      copy_proven(context.files, *source, target, [&](std::uint64_t done, std::uint64_t total) {
        stop_if_interrupted();
        context.observer.progress(Step::second_copy, done, total);
      });
  if (!sha256.empty() && read != sha256) {
    throw Error(ErrorCode::io, "the backup itself is damaged");
  }
}

bool is_copy_of(const CatalogueEntry& copy, const CatalogueEntry& entry) {
  return copy.manifest && copy.manifest->run == entry.manifest->run &&
         copy.manifest->host == entry.manifest->host &&
         copy.manifest->database == entry.manifest->database;
}

std::optional<CatalogueEntry> find_copy(const std::vector<CatalogueEntry>& there,
                                        const CatalogueEntry& entry) {
  const auto found = std::ranges::find_if(
      there, [&](const CatalogueEntry& copy) { return is_copy_of(copy, entry); });
  return found == there.end() ? std::nullopt : std::optional(*found);
}

void copy_to(const CatalogueEntry& entry, Catalogue& catalogue, const Context& context) {
  const StepScope step(context.observer, Step::second_copy);
  Manifest manifest = *entry.manifest;
  const std::string key = key_of_copy(manifest);
  const Directory from = context.catalogue.open_entry(entry.id);
  const Directory to = catalogue.open_unfinished(key);
  try {
    surprises_as_errors([&] {
      copy_one(from, to, manifest.payload.name, manifest.payload.sha256, context);
      for (const std::string& name : manifest.payload.companions) {
        copy_one(from, to, name, {}, context);
      }
      manifest.payload.moved = false;
      catalogue.commit(manifest, key);
    });
  } catch (const Error&) {
    try {
      surprises_as_errors([&] { catalogue.discard_unfinished(key); });
    } catch (const Error&) {
      // The disk that failed the copy fails this, too; what is left is called partial.
    }
    throw;
  }
}

bool is_whole(const Catalogue& catalogue, const CatalogueEntry& copy, const CatalogueEntry& entry) {
  if (!copy.usable() || copy.manifest->payload.sha256 != entry.manifest->payload.sha256) {
    return false;
  }
  return seal_problems(catalogue.open_entry(copy.id), *copy.manifest,
                       [](std::uint64_t, std::uint64_t) { stop_if_interrupted(); })
      .empty();
}

// A mount point without its disk is an empty directory: a copy there would be on the first disk,
// and look as if the others had been pruned.
void require_mounted(const CopyRecord& copy, const std::vector<CatalogueEntry>& there,
                     const Context& context) {
  if (!there.empty()) return;
  const auto had_one = [&](const CopyRecord& other) {
    return other.directory == copy.directory && !other.made.empty();
  };
  for (const CatalogueEntry& entry : context.catalogue.entries()) {
    if (std::ranges::none_of(entry.record.copies, had_one)) continue;
    throw Error(ErrorCode::io,
                fmt::format("{} is empty, where {} has its copy: is its disk mounted?",
                            printable(copy.directory), printable(entry.id)));
  }
}

// Makes one copy; what an earlier attempt finished without its being noted is recognised.
void make_copy(CopyRecord& copy, const CatalogueEntry& entry, const Context& context) {
  require_directory(copy.directory);
  Catalogue catalogue(context.files, copy.directory, context.store.owners());
  const std::vector<CatalogueEntry> all = catalogue.entries();
  require_mounted(copy, all, context);
  const auto there = find_copy(all, entry);
  if (there && !is_whole(catalogue, *there, entry)) catalogue.give_up(*there);
  if (!there || !catalogue.contains(there->id)) copy_to(entry, catalogue, context);
  copy.made = rfc3339(context.now());
  copy.problem.clear();
}

void try_to_make(CopyRecord& copy, const CatalogueEntry& entry, const Context& context,
                 std::vector<std::string>& warnings) {
  try {
    surprises_as_errors([&] { make_copy(copy, entry, context); });
  } catch (const Error& error) {
    copy.made.clear();
    copy.problem = error.what();
  } catch (const Interrupted&) {
    copy.problem = "it was interrupted";
  }
  if (copy.problem.empty()) return;
  warnings.push_back(
      fmt::format("no second copy of {} in {}: {}; baseline backups verify --also {} tries again",
                  printable(entry.id), printable(copy.directory), printable(copy.problem),
                  shell_quoted(copy.directory)));
}

void note_copy(const CatalogueEntry& entry, const Directory& directory, const Context& context,
               std::vector<std::string>& warnings) {
  try {
    surprises_as_errors([&] { write_record(context.files, directory, entry.record); });
  } catch (const Error& error) {
    warnings.push_back(
        fmt::format("it could not be noted what became of the second copies of {}: {}",
                    printable(entry.id), error.what()));
  }
}

enum class Missing { forgotten, looked_for, made_anew };

// What is to become of a copy that is not found, and why, for people.
std::pair<Missing, std::string> look_for(const std::vector<CatalogueEntry>& there,
                                         const CatalogueEntry& entry) {
  // Pruning never takes all of them.
  if (there.empty()) {
    return {Missing::looked_for, "is not there, nor any other backup: is its disk mounted?"};
  }
  const bool unreadable = std::ranges::any_of(there, [&](const CatalogueEntry& one) {
    return one.id == entry.id && !one.manifest;  // whose it is, nobody can tell: it stays
  });
  if (unreadable) {
    return {Missing::made_anew, "has a manifest that cannot be read, and is made anew beside it"};
  }
  return {Missing::forgotten, "is gone, and is not missed any more"};
}

// False: there is no such copy any more, and none is missed.
bool verify_one(CopyRecord& copy, const CatalogueEntry& entry, const Context& context,
                std::vector<std::string>& warnings) {
  const std::string where = printable(copy.directory);
  try {
    require_directory(copy.directory);
    const Catalogue catalogue(context.files, copy.directory, context.store.owners());
    const std::vector<CatalogueEntry> all = catalogue.entries();
    const auto there = find_copy(all, entry);
    if (there && is_whole(catalogue, *there, entry)) return true;
    const auto [missing, why] =
        there ? std::pair(Missing::made_anew, std::string("was damaged, and is made anew"))
              : look_for(all, entry);
    warnings.push_back(
        fmt::format("the second copy of {} in {} {}", printable(entry.id), where, why));
    if (missing != Missing::made_anew) return missing == Missing::looked_for;
  } catch (const Error& error) {
    warnings.push_back(fmt::format("the second copy of {} in {} could not be verified: {}",
                                   printable(entry.id), where, error.what()));
    return true;
  }
  copy.made.clear();
  try_to_make(copy, entry, context, warnings);
  return true;
}

}  // namespace

void require_named_copies(const std::vector<CatalogueEntry>& entries, const Context& context) {
  std::set<fs::path> unnamed;
  for (const CatalogueEntry& entry : entries) {
    for (const CopyRecord& copy : entry.record.copies) {
      if (!names_copies_in(context, copy.directory)) unnamed.insert(copy.directory);
    }
  }
  if (unnamed.empty()) return;
  const std::string first = printable(unnamed.begin()->native());
  unnamed.insert(context.also.begin(), context.also.end());
  std::string command = "baseline backups verify " + context.place;
  for (const fs::path& directory : unnamed)
    command += " --also " + shell_quoted(directory.native());
  throw Error(
      ErrorCode::refused,
      fmt::format("second copies are recorded to be in {}, which this run does not name", first),
      command);
}

void note_unnamed_copies(const Context& context) {
  std::set<fs::path> unnamed;
  for (const CatalogueEntry& entry : context.catalogue.entries()) {
    for (const CopyRecord& copy : entry.record.copies) {
      if (copy.made.empty() && !names_copies_in(context, copy.directory)) {
        unnamed.insert(copy.directory);
      }
    }
  }
  for (const fs::path& directory : unnamed) {
    context.observer.warning(fmt::format(
        "a second copy in {} was never finished: baseline recover {} --also {} looks there, too",
        printable(directory.native()), context.place, shell_quoted(directory.native())));
  }
}

std::string key_of_copy(const Manifest& manifest) {
  return names::run_key(manifest.run, manifest.host);
}

std::vector<MissingCopy> missing_copies(const std::vector<CatalogueEntry>& entries,
                                        const Context& context) {
  std::vector<MissingCopy> missing;
  for (const CatalogueEntry& entry : entries) {
    for (const CopyRecord& copy : entry.record.copies) {
      std::string why = copy.problem.empty() ? "it is not made yet" : copy.problem;
      if (!copy.made.empty()) {
        try {
          require_directory(copy.directory);
          const auto there =
              Catalogue(context.files, copy.directory, context.store.owners()).entries();
          if (!entry.manifest || find_copy(there, entry)) continue;
          why = "it " + look_for(there, entry).second;
        } catch (const Error& error) {
          why = error.what();
        }
      }
      missing.push_back({entry.id, copy.directory, std::move(why)});
    }
  }
  return missing;
}

std::vector<std::string> warnings_about_copies(const Context& context) {
  const std::vector<fs::path>& also = context.also;
  std::vector<std::string> warnings;
  const fs::path& catalogue = context.catalogue.directory();
  std::error_code error;
  for (auto directory = also.begin(); directory != also.end(); ++directory) {
    const std::string shown = printable(directory->native());
    // Also where neither exists yet.
    if (*directory == catalogue || fs::equivalent(*directory, catalogue, error)) {
      throw Error(ErrorCode::usage,
                  fmt::format("{} is where the backups are: a copy there is none", shown),
                  "name a directory on another disk with --also");
    }
    const bool twice = std::any_of(also.begin(), directory, [&](const fs::path& other) {
      return other == *directory || fs::equivalent(other, *directory, error);
    });
    if (twice) {
      throw Error(ErrorCode::usage, fmt::format("{} is named twice for second copies", shown),
                  "name each directory once with --also");
    }
  }
  const fs::path place = fs::exists(catalogue, error) ? catalogue : catalogue.parent_path();
  for (const fs::path& directory : also) {
    const std::string shown = printable(directory.native());
    struct stat there {};
    struct stat here {};
    if (!fs::is_directory(directory, error)) {
      warnings.push_back(fmt::format("{} does not exist: no second copy can be made there", shown));
    } else if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
      warnings.push_back(
          fmt::format("{} is not writable for {}: no second copy can be made there", shown,
                      acts_for_root() ? owner_name(::geteuid(), ::getegid()) : "this user"));
    } else if (::stat(directory.c_str(), &there) == 0 && ::stat(place.c_str(), &here) == 0 &&
               there.st_dev == here.st_dev) {
      warnings.push_back(fmt::format(
          "{} is on the same filesystem as the backups: what takes one takes both", shown));
    }
  }
  return warnings;
}

void make_copies(CatalogueEntry& entry, const Context& context,
                 std::vector<std::string>& warnings) {
  if (entry.record.copies.empty()) return;
  const auto lock = DirectoryLock::acquire(context.catalogue.open_entry(entry.id),
                                           Deadline(std::chrono::milliseconds(0)));
  if (!lock) {
    warnings.push_back(fmt::format(
        "the second copies of {} are left to another process that verifies it at this moment",
        printable(entry.id)));
    return;
  }
  entry.record = read_record(lock->directory());
  for (CopyRecord& copy : entry.record.copies) {
    if (!copy.made.empty()) continue;
    if (names_copies_in(context, copy.directory)) {
      try_to_make(copy, entry, context, warnings);
    } else {
      warnings.push_back(fmt::format("no second copy of {} in {}, which this run does not name",
                                     printable(entry.id), printable(copy.directory)));
    }
  }
  note_copy(entry, lock->directory(), context, warnings);
}

void verify_copies(CatalogueEntry& entry, const Context& context,
                   std::vector<std::string>& warnings) {
  std::vector<CopyRecord> kept;
  for (CopyRecord& copy : entry.record.copies) {
    if (!names_copies_in(context, copy.directory)) {
      // It is left as it is.
    } else if (copy.made.empty()) {
      try_to_make(copy, entry, context, warnings);
    } else if (!verify_one(copy, entry, context, warnings)) {
      continue;
    }
    kept.push_back(copy);
  }
  entry.record.copies = std::move(kept);
}

}  // namespace baseline
