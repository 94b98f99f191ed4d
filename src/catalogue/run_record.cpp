#include "catalogue/run_record.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "base/names.hpp"
#include "os/modes.hpp"
#include "os/whole_file.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

Directory open_runs(FileSystem& files, const fs::path& catalogue) {
  const Directory parent = Directory::open(catalogue);
  const std::string name(names::kRuns);
  if (!parent.contains(name)) files.make_directory(parent, name, kPrivateDirectory);
  return Directory::open(catalogue / name);
}

// The keys begin with the time, so the oldest come first. What a killed process left is among them
// under another name, and goes the same way.
void remove_oldest(FileSystem& files, const Directory& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory.path(), error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().native());
  }
  if (names.size() <= kMostRunRecords) return;
  std::ranges::sort(names);
  names.resize(names.size() - kMostRunRecords);
  for (const std::string& name : names) files.unlink(directory, name);
}

bool is_plain_run(const std::string& run) {
  return !run.empty() && run.front() != '.' && run.find('/') == std::string::npos &&
         run.find('\0') == std::string::npos;
}

}  // namespace

void keep_run_record(FileSystem& files, const fs::path& catalogue, const std::string& run,
                     std::string_view text) {
  const Directory directory = open_runs(files, catalogue);
  const std::string name = names::run_record(run);
  write_whole(files, directory, name, names::renewed(name), text, PowerCut::may_tear, kPrivateFile);
  remove_oldest(files, directory);
}

std::optional<std::string> read_run_record(const fs::path& catalogue, const std::string& run) {
  // The key comes from the history, which may be somebody else's.
  if (!is_plain_run(run)) return {};
  const fs::path path = catalogue / names::kRuns;
  std::error_code missing;
  if (!fs::is_directory(path, missing)) return {};
  return Directory::open(path).read_text(names::run_record(run), 2 * kLargestRunRecord);
}

}  // namespace baseline
