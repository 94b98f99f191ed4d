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

bool is_catalogue(const fs::path& directory) {
  const std::string name = directory.filename().native();
  const std::string suffix = names::catalogue("");
  return lies_there(directory / names::kHistory) ||
         (name.ends_with(suffix) &&
          lies_there(directory.parent_path() / name.substr(0, name.size() - suffix.size())));
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
  if (database.empty() || !lies_there(path.parent_path() / database)) return;
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
    above = above.parent_path();
  } while (above.has_relative_path() && !lies_there(above));
  std::error_code error;
  for (above = fs::canonical(above, error); above.has_relative_path();
       above = above.parent_path()) {
    if (!is_catalogue(above)) continue;
    throw Error(ErrorCode::usage,
                fmt::format("cannot write {}: {} is a directory of backups",
                            printable(place.native()), printable(above.native())),
                kElsewhere);
  }
}

}  // namespace baseline
