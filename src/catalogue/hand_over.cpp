#include "catalogue/hand_over.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/history.hpp"
#include "catalogue/manifest.hpp"
#include "os/acting_user.hpp"
#include "os/modes.hpp"
#include "os/process.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

// A link is none: what it leads to may be in another's hands.
bool only_root_changes(const fs::path& directory) {
  struct stat status {};
  return ::lstat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool is_roots_alone(const struct stat& status) {
  return S_ISDIR(status.st_mode) && status.st_uid == 0 &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

void give_one(FileSystem& files, const File& file, uid_t owner, gid_t group) {
  if (file.status().st_uid == 0) files.set_owner(file, owner, group);
}

// What is in it first: until the directory itself is given, nobody else comes in. A file with
// another name elsewhere stays root's.
void give(FileSystem& files, const Directory& directory, uid_t owner, gid_t group) {
  for (const std::string& name : directory.names()) {
    const auto status = directory.status(name);
    if (status && S_ISDIR(status->st_mode)) {
      if (const auto inner = directory.open_directory(name)) give(files, *inner, owner, group);
    } else if (status && S_ISREG(status->st_mode) && status->st_nlink == 1) {
      if (const auto file = directory.open_file(name, false)) give_one(files, *file, owner, group);
    }
  }
  give_one(files, directory.handle(), owner, group);
}

struct DatabaseOfUser {
  std::string path;
  std::string owner;  ///< "app:", and then the group
};

bool is_entry_of(const Directory& entry, const DatabaseOfUser& database) {
  const auto text = entry.read_text(std::string(names::kManifest));
  if (!text) return false;
  const Manifest manifest = manifest_from_json(*text, entry.path());
  return manifest.database == database.path && manifest.owner.starts_with(database.owner);
}

bool is_history_of(const History& history, const DatabaseOfUser& database) {
  return history.unreadable == 0 &&
         std::ranges::all_of(history.lines, [&](const HistoryLine& line) {
           return line.database == database.path;
         });
}

// Only what is proven to be of this database, of this user: who may write to the directory above
// can give any other directory of root's in it the name of the catalogue. What is looked at is what
// is given: all is opened from its descriptor.
bool is_catalogue_of(const Directory& top, const DatabaseOfUser& database) {
  bool proven = false;
  const std::vector<std::string> all = top.names();
  try {
    for (const std::string& name : all) {
      if (names::sequence_of(name)) {
        const auto entry = top.open_directory(name);
        if (!entry || !is_entry_of(*entry, database)) return false;
        proven = true;
      } else if (name == names::kHistory) {
        if (!is_history_of(read_history(top), database)) return false;
        proven = true;
      } else if (name != names::kRuns && name != names::kBroughtIn && name != names::kAnnounced) {
        return false;
      }
    }
  } catch (const Error&) {
    return false;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  return proven || all.empty();
}

}  // namespace

bool is_roots_to_make(const fs::path& directory) {
  std::error_code error;
  if (!acts_for_root() || fs::exists(fs::symlink_status(directory, error))) return false;
  const AsStartingUser looks;
  for (fs::path above = directory.parent_path();; above = above.parent_path()) {
    if (!only_root_changes(above)) return false;
    if (!above.has_relative_path()) return true;
  }
}

void make_for_acting_user(FileSystem& files, const Directory& parent, const std::string& name) {
  const uid_t owner = ::geteuid();
  const gid_t group = ::getegid();
  const AsStartingUser makes;
  files.make_directory(parent, name, kPrivateDirectory);
  const auto made = parent.open_directory(name);
  if (!made) throw_errno("open the directory", (parent / name).native());
  files.set_owner(made->handle(), owner, group);
}

bool hand_over(FileSystem& files, const fs::path& catalogue, const std::string& database) {
  if (!acts_for_root()) return false;
  const auto parent = Directory::find(catalogue.parent_path());
  const std::string name = catalogue.filename().native();
  const auto named = parent ? parent->status(name) : std::nullopt;
  if (!named || !is_roots_alone(*named)) return false;
  const uid_t owner = ::geteuid();
  const gid_t group = ::getegid();
  const AsStartingUser gives;
  const auto top = parent->open_directory(name);
  // Another directory may have got the name, and all that follows is by the descriptor.
  if (!top || !is_roots_alone(top->own_status())) return false;
  if (!is_catalogue_of(*top, {database, name_of_user(owner) + ":"})) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is root's, and not all of its backups are of {} and its owner",
                            printable(catalogue.native()), printable(database)),
                fmt::format("name another directory for the backups with --backups; or, if all "
                            "of it may be that user's, chown -R {}:{} {}",
                            owner, group, shell_quoted(catalogue.native())));
  }
  give(files, *top, owner, group);
  return true;
}

}  // namespace baseline
