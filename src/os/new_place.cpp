#include "os/new_place.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kElsewhere = "choose another name or another directory";

bool lies_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// It has backups, or the history of runs with their records: other programs have a history, too.
bool has_what_a_catalogue_has(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (names::is_id(entry->path().filename().native())) return true;
  }
  return is_file(directory / names::kHistory) && lies_there(directory / names::kRuns);
}

bool is_catalogue(const fs::path& directory) {
  const std::string name = directory.filename().native();
  const std::string suffix = names::catalogue("");
  return (name.ends_with(suffix) &&
          is_file(directory.parent_path() / name.substr(0, name.size() - suffix.size()))) ||
         has_what_a_catalogue_has(directory);
}

void require_not_among_backups(const fs::path& place, const fs::path& above) {
  if (!is_catalogue(above)) return;
  throw Error(ErrorCode::usage,
              fmt::format("cannot write {}: {} is a directory of backups",
                          printable(place.native()), printable(above.native())),
              kElsewhere);
}

}  // namespace

void require_own_name(const fs::path& path) {
  const std::string name = path.filename().native();
  if (names::is_of_run(name)) {
    throw Error(ErrorCode::usage,
                fmt::format("cannot write {}: runs of baseline give this name to their files",
                            printable(path.native())),
                kElsewhere);
  }
  const std::string database = names::database_of_companion(name);
  if (database.empty() || !is_file(path.parent_path() / database)) return;
  throw Error(ErrorCode::usage,
              fmt::format("cannot write {}: SQLite would take it for a part of {}, which is beside "
                          "it",
                          printable(path.native()), printable(database)),
              kElsewhere);
}

void require_own_place(const fs::path& path) {
  fs::path place = path.lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  fs::path above = place;
  do {
    require_own_name(above);
    if (above != place) require_not_among_backups(place, above);
    above = above.parent_path();
  } while (above.has_relative_path() && !lies_there(above));
  std::error_code error;
  for (above = fs::canonical(above, error); above.has_relative_path();
       above = above.parent_path()) {
    require_not_among_backups(place, above);
  }
}

}  // namespace baseline
