#include "catalogue/run_record.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "os/modes.hpp"
#include "os/whole_file.hpp"

namespace baseline {
namespace {

Directory open_runs(FileSystem& files, const Directory& catalogue) {
  const std::string name(names::kRuns);
  if (!catalogue.contains(name)) files.make_directory(catalogue, name, kPrivateDirectory);
  auto runs = catalogue.open_directory(name);
  if (!runs) throw_errno("open the directory", (catalogue / name).native());
  return std::move(*runs);
}

// The keys begin with the time, so the oldest come first. What a killed process left is among them
// under another name, and goes the same way.
void remove_oldest(FileSystem& files, const Directory& directory) {
  std::vector<std::string> names = directory.names();
  std::erase_if(names, [](const std::string& name) { return !names::is_run_record(name); });
  if (names.size() <= kMostRunRecords) return;
  names.resize(names.size() - kMostRunRecords);
  for (const std::string& name : names) files.unlink(directory, name);
}

}  // namespace

std::optional<Directory> run_records_of(const Catalogue& catalogue) {
  const Directory* const directory = catalogue.opened();
  const std::string name(names::kRuns);
  const auto there = directory != nullptr ? directory->status(name) : std::nullopt;
  // Without records all else works: what is in their place is only in the way of the next one.
  if (!there || !S_ISDIR(there->st_mode)) return {};
  return directory->open_directory(name);
}

void keep_run_record(FileSystem& files, Catalogue& catalogue, const std::string& run,
                     std::string_view text) {
  const Directory directory = open_runs(files, catalogue.open());
  const std::string name = names::run_record(run);
  write_whole(files, directory, name, names::renewed(name), text, PowerCut::may_tear, kPrivateFile);
  remove_oldest(files, directory);
}

std::optional<std::string> read_run_record(const Catalogue& catalogue, const std::string& run) {
  // The key comes from the history, which may be somebody else's.
  const auto runs = names::is_run_key(run) ? run_records_of(catalogue) : std::nullopt;
  return runs ? runs->read_text(names::run_record(run), 2 * kLargestRunRecord) : std::nullopt;
}

}  // namespace baseline
