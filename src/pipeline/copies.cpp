#include "pipeline/copies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/seal.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kSealed = 0400;

void require_directory(const fs::path& directory) {
  std::error_code error;
  // It is not made: where a disk is not mounted, the copy would land on the first one again.
  if (fs::is_directory(directory, error)) return;
  throw Error(ErrorCode::io,
              fmt::format("the directory {} does not exist", printable(directory.native())));
}

void copy_one(const Directory& from, const Directory& to, const std::string& name,
              const std::string& sha256, const Context& context) {
  const auto source = from.open_file(name, false);
  if (!source) throw Error(ErrorCode::io, fmt::format("{} is missing", printable(name)));
  // What an interrupted copy left is made anew.
  context.files.unlink(to, name);
  const File target = context.files.create(to, name, kSealed);
  const std::string read =
      copy_proven(context.files, *source, target, [&](std::uint64_t done, std::uint64_t total) {
        stop_if_interrupted();
        context.observer.progress(Step::second_copy, done, total);
      });
  if (!sha256.empty() && read != sha256) {
    throw Error(ErrorCode::io, "the backup itself is damaged");
  }
}

void copy_to(const CatalogueEntry& entry, Catalogue& catalogue, const Context& context) {
  const StepScope step(context.observer, Step::second_copy);
  Manifest manifest = *entry.manifest;
  const Directory from = Directory::open(entry.directory);
  const Directory to = catalogue.open_unfinished(manifest.run);
  try {
    copy_one(from, to, manifest.payload.name, manifest.payload.sha256, context);
    for (const std::string& name : manifest.payload.companions) {
      copy_one(from, to, name, {}, context);
    }
    manifest.payload.moved = false;
    catalogue.commit(manifest);
  } catch (const Error&) {
    try {
      catalogue.discard_unfinished(manifest.run);
    } catch (const Error&) {
      // The disk that failed the copy fails this, too; what is left is called partial.
    }
    throw;
  }
}

bool is_whole(const CatalogueEntry& copy, const CatalogueEntry& entry) {
  if (!copy.usable() || copy.manifest->payload.sha256 != entry.manifest->payload.sha256) {
    return false;
  }
  return seal_problems(Directory::open(copy.directory), *copy.manifest,
                       [](std::uint64_t, std::uint64_t) { stop_if_interrupted(); })
      .empty();
}

// Makes one copy; what an earlier attempt finished without its being noted is recognised.
void make(CopyRecord& copy, const CatalogueEntry& entry, const Context& context) {
  require_directory(copy.directory);
  Catalogue catalogue(context.files, copy.directory);
  const auto there = catalogue.find_run(entry.manifest->run);
  if (there && !is_whole(*there, entry)) catalogue.give_up(*there);
  if (!there || !catalogue.contains(there->id)) copy_to(entry, catalogue, context);
  copy.made = rfc3339(context.now());
  copy.problem.clear();
}

void try_to_make(CopyRecord& copy, const CatalogueEntry& entry, const Context& context,
                 std::vector<std::string>& warnings) {
  try {
    make(copy, entry, context);
  } catch (const Error& error) {
    copy.made.clear();
    copy.problem = error.what();
  } catch (const Interrupted&) {
    copy.problem = "it was interrupted";
  }
  if (copy.problem.empty()) return;
  warnings.push_back(
      fmt::format("no second copy of {} in {}: {}; baseline backups verify tries again",
                  printable(entry.id), printable(copy.directory), printable(copy.problem)));
}

void note(const CatalogueEntry& entry, const Context& context, std::vector<std::string>& warnings) {
  try {
    write_record(context.files, Directory::open(entry.directory), entry.record);
  } catch (const Error& error) {
    warnings.push_back(
        fmt::format("it could not be noted what became of the second copies of {}: {}",
                    printable(entry.id), error.what()));
  }
}

// False: there is no such copy any more, and none is missed.
bool verify_one(CopyRecord& copy, const CatalogueEntry& entry, const Context& context,
                std::vector<std::string>& warnings) {
  const std::string where = printable(copy.directory);
  try {
    require_directory(copy.directory);
    const Catalogue catalogue(context.files, copy.directory);
    const auto there = catalogue.find_run(entry.manifest->run);
    if (!there) {
      warnings.push_back(
          fmt::format("the second copy of {} in {} is gone, and is not missed any "
                      "more",
                      printable(entry.id), where));
      return false;
    }
    if (is_whole(*there, entry)) return true;
    warnings.push_back(fmt::format("the second copy of {} in {} was damaged, and is made anew",
                                   printable(entry.id), where));
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

std::vector<std::string> warnings_about_copies(const std::vector<fs::path>& also,
                                               const Context& context) {
  std::vector<std::string> warnings;
  const fs::path& catalogue = context.catalogue.directory();
  std::error_code error;
  const fs::path place = fs::exists(catalogue, error) ? catalogue : catalogue.parent_path();
  for (const fs::path& directory : also) {
    const std::string shown = printable(directory.native());
    struct stat there {};
    struct stat here {};
    if (!fs::is_directory(directory, error)) {
      warnings.push_back(fmt::format("{} does not exist: no second copy can be made there", shown));
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
  for (CopyRecord& copy : entry.record.copies) {
    if (copy.made.empty()) try_to_make(copy, entry, context, warnings);
  }
  if (!entry.record.copies.empty()) note(entry, context, warnings);
}

void verify_copies(CatalogueEntry& entry, const Context& context,
                   std::vector<std::string>& warnings) {
  std::vector<CopyRecord> kept;
  for (CopyRecord& copy : entry.record.copies) {
    if (copy.made.empty()) {
      try_to_make(copy, entry, context, warnings);
    } else if (!verify_one(copy, entry, context, warnings)) {
      continue;
    }
    kept.push_back(copy);
  }
  entry.record.copies = std::move(kept);
}

}  // namespace baseline
