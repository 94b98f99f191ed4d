#include "store/sqlite/swap/target.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/file_system.hpp"
#include "os/process.hpp"
#include "os/walk.hpp"
#include "store/sqlite/swap/exclusive.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

std::string path_text(const fs::path& path) { return printable(path.native()); }

// Where a path leads; the links on the way are judged when it is known whose the database is.
Walk walked(const fs::path& path, const fs::path& given) {
  Walk way = walk(fs::absolute(path));
  if (way.end.is_open()) return way;
  if (errno == ELOOP) {
    throw Error(ErrorCode::usage, fmt::format("{} is a loop of symbolic links", path_text(given)));
  }
  if (errno == ENOENT && path == given) {
    throw Error(
        ErrorCode::usage,
        fmt::format("{} is a symbolic link to a file that does not exist", path_text(given)),
        "create the target's directory and name the target itself, or remove the link");
  }
  if (errno == ENOENT) {
    throw Error(ErrorCode::usage, fmt::format("the directory {} does not exist", path_text(path)),
                "create it, or correct the path of the database");
  }
  if (errno == ENOTDIR) {
    throw Error(ErrorCode::usage, fmt::format("{} is not a directory", path_text(path)));
  }
  throw_errno("resolve", path.native());
}

struct statx extended_status(const Target& target) {
  struct statx status {};
  if (::statx(target.directory.fd(), target.name.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS,
              &status) != 0) {
    throw_errno("look at", target.resolved.native());
  }
  return status;
}

struct NetworkFilesystem {
  unsigned long magic;
  std::string_view name;
};

// Locks, leases and rename cannot be relied on there (docs/ARCHITECTURE.md, "What is refused").
constexpr std::array kNetworkFilesystems = {
    NetworkFilesystem{NFS_SUPER_MAGIC, "NFS"},   NetworkFilesystem{SMB_SUPER_MAGIC, "SMB"},
    NetworkFilesystem{CIFS_SUPER_MAGIC, "CIFS"}, NetworkFilesystem{SMB2_SUPER_MAGIC, "SMB"},
    NetworkFilesystem{V9FS_MAGIC, "9p"},         NetworkFilesystem{FUSE_SUPER_MAGIC, "FUSE"},
    NetworkFilesystem{CODA_SUPER_MAGIC, "Coda"}, NetworkFilesystem{AFS_SUPER_MAGIC, "AFS"},
};

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorCode::refused, message, hint);
}

std::optional<std::string_view> network_filesystem(const Target& target) {
  struct statfs status {};
  if (::fstatfs(target.directory.fd(), &status) != 0) {
    throw_errno("look at the filesystem of", target.directory.path().native());
  }
  const auto magic = static_cast<unsigned long>(status.f_type);
  for (const NetworkFilesystem& known : kNetworkFilesystems) {
    if (known.magic == magic) return known.name;
  }
  return {};
}

void require_local(const Target& target) {
  if (const auto name = network_filesystem(target)) {
    refuse(fmt::format("{} is on a network or FUSE filesystem ({}): locks and rename cannot be "
                       "relied on",
                       path_text(target.resolved), *name),
           "run baseline on the machine that has the disk; or, where SQLite's locks do work, use "
           "--engine in-place");
  }
}

void require_safe_directory(const Target& target) {
  const struct stat status = target.directory.own_status();
  const std::string directory = path_text(target.directory.path());
  if (::faccessat(target.directory.fd(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    if (errno == EROFS) throw_mounted_read_only(target);
    const auto file = target.directory.status(target.name);
    if (file && file->st_uid == ::geteuid()) {
      const std::string owner = owner_name(file->st_uid, file->st_gid);
      const bool is_own = status.st_uid == ::geteuid();
      refuse(fmt::format("the directory {} is not writable for {}, the owner of the database",
                         directory, owner),
             fmt::format("{} {}", is_own ? "chmod u+w" : "chown " + owner,
                         shell_quoted(target.directory.path().native())));
    }
    refuse(fmt::format("the directory {} is not writable for this user", directory),
           "run as the owner of the database; the new file is made beside the old one");
  }
  target.directory.require_private();
}

void require_changeable(const Target& target, const struct statx& status) {
  const std::string path = path_text(target.resolved);
  if ((status.stx_attributes & STATX_ATTR_IMMUTABLE) != 0) {
    refuse(fmt::format("{} is immutable", path),
           fmt::format("chattr -i {}", shell_quoted(target.resolved.native())));
  }
  if ((status.stx_attributes & STATX_ATTR_APPEND) != 0) {
    refuse(fmt::format("{} is append-only", path),
           fmt::format("chattr -a {}", shell_quoted(target.resolved.native())));
  }
}

// The file is locked, checkpointed and leased, and SQLite writes to what lies beside it.
void require_writable(const Target& target) {
  const auto require = [&](const std::string& name) {
    if (::faccessat(target.directory.fd(), name.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return;
    if (errno != EACCES && errno != EPERM) return;  // what may only be read is told below
    refuse(fmt::format("{} is not writable for this user", path_text(target.directory / name)),
           "run as the owner of the database");
  };
  require(target.name);
  for (const std::string& name : names::companions(target.name)) require(name);
}

struct Obstacle {
  std::string why;
  std::string hint;
  std::vector<std::string> consequences =
      {};  ///< of this one, when the content is replaced in place
};

// Why the file cannot be exchanged, though its content could be.
std::optional<Obstacle> obstacle_to_swap(const Target& target, const struct statx& status) {
  const std::string path = path_text(target.resolved);
  // SQLite looks for them beside the name that it is given.
  const std::string other_names =
      "a -wal or -journal that a crash left beside another name of it is not seen: close it there "
      "first";
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    return Obstacle{fmt::format("{} is itself a mount point (a bind-mounted file), which cannot be "
                                "renamed",
                                path),
                    "mount its directory instead of the file",
                    {other_names,
                     "name a directory for the backups that outlives the container, "
                     "with --backups"}};
  }
  if (status.stx_nlink > 1) {
    return Obstacle{
        fmt::format("{} has {} hard links; a swap would leave the others on the old data", path,
                    status.stx_nlink),
        fmt::format("find the other names with: find / -xdev -inum {}", status.stx_ino),
        {other_names}};
  }
  if (Exclusive::probe(target) == Lease::Outcome::impossible) {
    return Obstacle{
        fmt::format("cannot prove that nobody has {} open: no lease can be had on it", path),
        "run as the owner of the file or as root, on a local filesystem"};
  }
  return {};
}

void require_short_name(const Target& target) {
  constexpr std::size_t kLongestName = 255;
  const std::size_t longest = names::journal_temporary(target.name).size();
  if (longest > kLongestName) {
    refuse(fmt::format("the name of {} is {} bytes too long for the files that baseline makes "
                       "beside it",
                       path_text(target.resolved), longest - kLongestName),
           "rename the database");
  }
}

// "app.db" and "app.sqlite3" are one name to most people, and so are "app.db" and "apq.db".
bool is_similar(const fs::path& a, const fs::path& b) {
  return same_name(a.stem().native(), b.stem().native()) ||
         did_you_mean(a.native(), std::vector{b.native()});
}

// A database beside a path at which there is none, as far as its name tells: to open it could be in
// the way of a run on it.
std::optional<std::string> similar_database(const Target& target) {
  constexpr std::array<std::string_view, 6> kExtensions = {".db",  ".sqlite", ".sqlite3",
                                                           ".db3", ".s3db",   ".sdb"};
  const fs::path wanted = target.name;
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(target.directory.path(), error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path name = entry->path().filename();
    const std::string extension = to_lower(name.extension().native());
    const bool is_usual = std::ranges::find(kExtensions, extension) != kExtensions.end();
    if (!is_usual && name.extension() != wanted.extension()) continue;
    std::error_code unknown;
    if (name.native().starts_with('.') || !is_similar(wanted, name)) continue;
    if (entry->is_regular_file(unknown)) found.push_back(name.native());
  }
  if (found.empty()) return {};
  std::ranges::sort(found);
  return did_you_mean(target.name, found).value_or(found.front());
}

}  // namespace

void require_file_of_run(const Target& target, const std::string& name) {
  const auto there = target.directory.status(name);
  if (!there) return;
  target.directory.require_obeyed(name);
  if (S_ISREG(there->st_mode)) return;
  refuse(fmt::format("{} is no file, and a run makes one of that name",
                     path_text(target.directory / name)),
         "look at it, and move it away");
}

namespace {

// The names that a run gives to files of its own. What a run that was cut off has left there it
// removes or takes up; a plan, which removes nothing, is to say what no run would.
void require_names_of_runs(const Target& target) {
  for (const std::string& name :
       {names::lock(target.name), names::candidate(target.name), names::restoring(target.name),
        names::journal_temporary(target.name)}) {
    require_file_of_run(target, name);
  }
  // A run that goes on has a journal as long as it has a candidate.
  const std::string candidate = names::candidate(target.name);
  const auto there = target.directory.status(candidate);
  if (!there || there->st_size == 0 || target.directory.contains(names::journal(target.name))) {
    return;
  }
  const auto still = target.directory.status(candidate);
  if (still && still->st_ino == there->st_ino) throw_unknown_candidate(target);
}

}  // namespace

std::string Target::display() const { return path_text(resolved); }

bool Target::via_link() const { return fs::absolute(given).lexically_normal() != resolved; }

Target resolve(const fs::path& given) {
  if (given.empty() || !given.has_filename() || given.filename() == "." ||
      given.filename() == "..") {
    throw Error(ErrorCode::usage, fmt::format("'{}' does not name a file", path_text(given)),
                "give the path of the database file");
  }
  struct stat link {};
  const bool exists = ::lstat(given.c_str(), &link) == 0;
  const bool is_link = exists && S_ISLNK(link.st_mode);
  const fs::path parent = given.has_parent_path() ? given.parent_path() : fs::path(".");
  const Walk way = is_link ? walked(given, given) : walked(parent, given);
  const fs::path resolved = is_link ? way.end.path() : way.end.path() / given.filename();
  if (!fs::is_directory(resolved.parent_path())) {
    throw Error(ErrorCode::usage,
                fmt::format("{} is not a directory", path_text(resolved.parent_path())));
  }
  Directory directory = Directory::open(resolved.parent_path());
  HeldDirectory held(directory);
  Target target{given, resolved, std::move(directory), std::move(held),
                resolved.filename().native()};
  const auto status = target.directory.status(target.name);
  const struct stat owned = status.value_or(target.directory.own_status());
  require_own_links(way, owned.st_uid);
  target.directory.obey_only({owned.st_uid, owned.st_gid});
  if (status && !S_ISREG(status->st_mode)) {
    throw Error(ErrorCode::usage, fmt::format("{} is not a regular file", path_text(given)),
                "give the path of the database file");
  }
  // Before anything looks for a file of ours.
  require_short_name(target);
  return target;
}

void require_owner(const Target& target, EngineChoice choice) {
  const auto file = target.directory.status(target.name);
  if (choice == EngineChoice::in_place || !file || ::geteuid() == 0 ||
      file->st_uid == ::geteuid()) {
    return;
  }
  refuse(fmt::format("{} belongs to {}, and this user is neither the owner nor root",
                     path_text(target.resolved), owner_name(file->st_uid, file->st_gid)),
         fmt::format("run it as the owner: {} baseline …; or, as a member of the file's group, "
                     "have its content replaced with --engine in-place",
                     sudo_as(file->st_uid)));
}

void share_with_group(const Target& target) {
  const auto file = target.directory.status(target.name);
  if (file && ::geteuid() != 0 && file->st_uid != ::geteuid()) {
    share_new_files(file->st_gid, file->st_mode);
  }
}

void throw_unknown_candidate(const Target& target) {
  throw Error(ErrorCode::needs_person,
              fmt::format("{} exists, but no journal that tells what it is",
                          path_text(target.directory / names::candidate(target.name))),
              "it may be a whole database: look at it with sqlite3, then move it away");
}

ExchangePlan plan_exchange(const Target& target, EngineChoice choice) {
  require_owner(target, choice);
  require_names_of_runs(target);
  if (choice != EngineChoice::in_place) require_local(target);
  // Where nothing is, there is nothing to write into: a new file gets the name.
  ExchangePlan plan;
  if (target.directory.contains(target.name)) {
    const struct statx status = extended_status(target);
    require_changeable(target, status);
    require_writable(target);
    const auto obstacle = obstacle_to_swap(target, status);
    if (obstacle && choice == EngineChoice::swap) {
      refuse(obstacle->why, obstacle->hint + "; or use --engine in-place");
    }
    if (obstacle || choice == EngineChoice::in_place) {
      plan.exchange = Exchange::in_place;
      plan.why =
          choice == EngineChoice::in_place ? "asked for with --engine in-place" : obstacle->why;
      plan.consequences = {
          "the old database is copied in the window",
          "a rollback gives back the content, not every byte",
          "after a crash, open it under this name only until it is recovered",
      };
      if (obstacle) {
        plan.consequences.insert(plan.consequences.end(), obstacle->consequences.begin(),
                                 obstacle->consequences.end());
      }
    }
  }
  require_safe_directory(target);
  return plan;
}

void throw_mounted_read_only(const Target& target) {
  const std::string directory = path_text(target.directory.path());
  refuse(fmt::format("the filesystem of {} is mounted read-only", directory),
         "mount it read-write for the deployment");
}

std::vector<std::string> warnings_about(const Target& target) {
  std::vector<std::string> warnings;
  if (!target.directory.contains(target.name)) {
    if (const auto similar = similar_database(target)) {
      warnings.push_back(fmt::format("{} does not exist; did you mean {}, which lies beside it?",
                                     target.display(), path_text(*similar)));
    }
  }
  if (target.via_link()) {
    warnings.push_back(
        fmt::format("{} leads to {}", path_text(target.given), path_text(target.resolved)));
  }
  return warnings;
}

std::uint64_t space_free(const Directory& directory) {
  struct statvfs status {};
  if (::fstatvfs(directory.fd(), &status) != 0) {
    throw_errno("look at the filesystem of", directory.path().native());
  }
  const unsigned long blocks = ::geteuid() == 0 ? status.f_bfree : status.f_bavail;
  return std::uint64_t{blocks} * status.f_frsize;
}

}  // namespace baseline::sqlite
