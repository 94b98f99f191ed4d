#include "catalogue/hand_over.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
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

File open_in(const File& directory, const std::string& name, int flags) {
  return {::openat(directory.fd(), name.c_str(),
                   flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
          directory.path() / name};
}

struct CloseListing {
  void operator()(DIR* listing) const { ::closedir(listing); }
};

std::vector<std::string> names_of(const File& directory) {
  const std::unique_ptr<DIR, CloseListing> listing(
      ::fdopendir(::fcntl(directory.fd(), F_DUPFD_CLOEXEC, 0)));
  if (!listing) throw_errno("list", directory.path().native());
  ::rewinddir(listing.get());
  std::vector<std::string> names;
  while (const dirent* const entry = ::readdir(listing.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

// What is in it first: until the directory itself is given, nobody else comes in. A file with
// another name elsewhere stays root's.
void give(FileSystem& files, const File& file, uid_t owner, gid_t group) {
  const struct stat status = file.status();
  if (S_ISDIR(status.st_mode)) {
    for (const std::string& name : names_of(file)) {
      const File inner = open_in(file, name, 0);
      if (inner.is_open()) give(files, inner, owner, group);
    }
  } else if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
    return;
  }
  if (status.st_uid == 0) files.set_owner(file, owner, group);
}

std::string text_in(const File& directory, std::string_view name) {
  const File file = open_in(directory, std::string(name), 0);
  if (!file.is_open()) throw_errno("open", file.path().native());
  std::string text(static_cast<std::size_t>(file.status().st_size), '\0');
  text.resize(file.read(text.data(), text.size(), 0));
  return text;
}

struct DatabaseOfUser {
  std::string path;
  std::string owner;  ///< "app:", and then the group
};

bool is_entry_of(const File& entry, const DatabaseOfUser& database) {
  const Manifest manifest = manifest_from_json(text_in(entry, names::kManifest), entry.path());
  return manifest.database == database.path && manifest.owner.starts_with(database.owner);
}

bool is_history_of(const std::string& text, const DatabaseOfUser& database) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (bytes_from_json(nlohmann::json::parse(line).at("database")) != database.path) return false;
  }
  return true;
}

// Only what is proven to be of this database, of this user: who may write to the directory above
// can give any other directory of root's in it the name of the catalogue. What is looked at is what
// is given: all is opened from its descriptor.
bool is_catalogue_of(const File& top, const DatabaseOfUser& database) {
  bool proven = false;
  const std::vector<std::string> names = names_of(top);
  try {
    for (const std::string& name : names) {
      if (sequence_of(name)) {
        if (!is_entry_of(open_in(top, name, O_DIRECTORY), database)) return false;
        proven = true;
      } else if (name == names::kHistory) {
        if (!is_history_of(text_in(top, name), database)) return false;
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
  return proven || names.empty();
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
  const File made(::openat(parent.fd(), name.c_str(), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                  parent / name);
  if (!made.is_open()) throw_errno("open the directory", made.path().native());
  files.set_owner(made, owner, group);
}

bool hand_over(FileSystem& files, const fs::path& catalogue, const std::string& database) {
  if (!acts_for_root()) return false;
  struct stat named {};
  if (::lstat(catalogue.c_str(), &named) != 0 || !S_ISDIR(named.st_mode) || named.st_uid != 0 ||
      (named.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return false;
  }
  const uid_t owner = ::geteuid();
  const gid_t group = ::getegid();
  const AsStartingUser gives;
  const File top(::open(catalogue.c_str(), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), catalogue);
  if (!top.is_open()) throw_errno("open the directory", catalogue.native());
  // Another directory may have got the name, and all that follows is by the descriptor.
  const struct stat status = top.status();
  if (status.st_uid != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) return false;
  const std::string names = owner_name(owner, group);
  if (!is_catalogue_of(top, {database, names.substr(0, names.find(':') + 1)})) {
    throw Error(ErrorCode::refused,
                fmt::format("{} is root's, and not all of its backups are of {} and its owner",
                            printable(catalogue.native()), printable(database)),
                fmt::format("name another directory for the backups with --backups; or, if all "
                            "of it may be that user's, chown -R {}:{} {}",
                            owner, group, shell_quoted(catalogue.native())));
  }
  give(files, top, owner, group);
  return true;
}

}  // namespace baseline
