#include "pipeline/leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/names.hpp"
#include "catalogue/brought_in.hpp"
#include "catalogue/run_record.hpp"
#include "os/directory_lock.hpp"
#include "os/process.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/entries.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

// What is found, and how it is removed.
using Take = std::function<void(Leftover leftover, const std::function<void()>& remove)>;

std::string hash_of(const std::string& text) { return names::run_key("", text); }

bool is_being_removed(const std::string& key) { return key.starts_with(names::kRemovedPrefix); }

bool is_entry_locked(const CatalogueEntry& entry, const Context& context) {
  return !DirectoryLock::acquire(context.catalogue.open_entry(entry.id),
                                 Deadline(std::chrono::milliseconds(0)));
}

// An unfinished entry of a deploy or rollback may have the only copy of the old database in it,
// unless there is a finished one of that run.
std::string why_kept(const std::string& key, const Context& context) {
  const auto filed = context.catalogue.find_run(key);
  if (filed && filed->usable()) return {};
  return "no journal tells what it is, and it may be the old database of a run: look at it";
}

void take_unfinished(const Context& context, const std::optional<Interruption>& interruption,
                     const Take& take) {
  const std::string ours = hash_of(context.store.location());
  for (const std::string& key : context.catalogue.unfinished()) {
    if (interruption && key.starts_with(interruption->intent.run)) continue;
    Leftover found{context.catalogue.directory() / names::partial(key), {}, {}};
    if (is_being_removed(key)) {
      found.what = "a backup that was being removed";
    } else if (key.ends_with(ours + std::string(names::kManualSuffix))) {
      found.what = "a backup that was being made";
    } else if (key.find(ours) != std::string::npos) {
      found.what = "a backup that was being filed";
      found.why_kept = why_kept(key, context);
    } else {
      continue;  // of another database, whose run may be under way
    }
    take(std::move(found), [&] { context.catalogue.discard_unfinished(key); });
  }
}

void take_unfinished_kept(const Context& context, const Take& take) {
  for (fs::path& directory : unfinished_brought_in(context.catalogue, context.store.location())) {
    take({directory, "a copy of what SQLite was to bring in", {}},
         [&] { discard_brought_in(context.files, context.catalogue, directory); });
  }
}

// A file of an entry is written under another name first.
void take_unfinished_files(const CatalogueEntry& entry, const Context& context, const Take& take) {
  for (const std::string_view file : {names::kRecord, names::kManifest}) {
    const std::string name = names::renewed(file);
    if (!context.catalogue.open_entry(entry.id).contains(name) || is_entry_locked(entry, context))
      continue;
    take({entry.directory / name, "a file of a backup that was being written", {}},
         [&] { context.files.unlink(context.catalogue.open_entry(entry.id), name); });
  }
}

// Records of runs are written without the lock: a run that has just ended may be at it, and warns
// then that it could not be kept.
void take_unfinished_records(const Context& context, const Take& take) {
  const auto runs = run_records_of(context.catalogue);
  const std::string ours = names::renewed(names::run_record(hash_of(context.store.location())));
  for (const std::string& name : runs ? runs->names() : std::vector<std::string>()) {
    if (!name.ends_with(ours)) continue;
    take({*runs / name, "a record of a run that was being written", {}},
         [&] { context.files.unlink(*runs, name); });
  }
}

void take_copies(const fs::path& directory, const std::vector<CatalogueEntry>& entries,
                 const Context& context, const Take& take) {
  Catalogue catalogue(context.files, directory, context.store.owners());
  const std::string ours = hash_of(context.store.location()) + hash_of(host_name());
  std::vector<std::string> keys;
  try {
    keys = catalogue.unfinished();
  } catch (const Error& error) {
    // A disk that does not answer keeps nothing else from being put in order.
    take({directory, "the directory of second copies", error.what()}, {});
  }
  for (const std::string& key : keys) {
    Leftover found{directory / names::partial(key), "a second copy that was being made", {}};
    const auto source = std::ranges::find_if(entries, [&](const CatalogueEntry& entry) {
      return entry.manifest && key_of_copy(*entry.manifest) == key;
    });
    if (is_being_removed(key)) {
      found.what = "a second copy that was being removed";
    } else if (source != entries.end() ? is_entry_locked(*source, context) : !key.ends_with(ours)) {
      continue;
    }
    take(std::move(found), [&] { catalogue.discard_unfinished(key); });
  }
}

void take_all(const Context& context, const std::function<void()>& tidy, const Take& take) {
  const auto interruption = context.store.interruption();
  if (!interruption) {
    for (Leftover& found : context.store.leftovers()) take(std::move(found), tidy);
  }
  take_unfinished(context, interruption, take);
  take_unfinished_kept(context, take);
  take_unfinished_records(context, take);
  std::vector<CatalogueEntry> ours;
  for (CatalogueEntry& entry : context.catalogue.entries()) {
    if (!entry.manifest || !is_of(entry, context)) continue;
    take_unfinished_files(entry, context, take);
    ours.push_back(std::move(entry));
  }
  for (const fs::path& directory : context.also) take_copies(directory, ours, context, take);
}

}  // namespace

std::vector<Leftover> leftovers(const Context& context) {
  std::vector<Leftover> found;
  take_all(context, {}, [&](Leftover leftover, const std::function<void()>&) {
    found.push_back(std::move(leftover));
  });
  return found;
}

std::vector<Leftover> remove_leftovers(const Context& context, Replacement& replacement) {
  std::vector<Leftover> found;
  const auto tidy = [&] { replacement.tidy(); };
  take_all(context, tidy, [&](Leftover leftover, const std::function<void()>& remove) {
    try {
      if (leftover.why_kept.empty()) remove();
    } catch (const Error& error) {
      leftover.why_kept = error.what();
    }
    found.push_back(std::move(leftover));
  });
  return found;
}

}  // namespace baseline
