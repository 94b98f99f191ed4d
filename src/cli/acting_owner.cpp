#include "cli/acting_owner.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/process.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

fs::path directory_above(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// Of the file, or of the directory that it will be made in. Nothing: neither is there, and who
// opens the database tells what is wrong.
std::optional<struct stat> owner_status(const fs::path& database) {
  struct stat status {};
  if (::stat(database.c_str(), &status) == 0) return status;
  if (errno == ENOENT && ::stat(directory_above(database).c_str(), &status) == 0) return status;
  return {};
}

// Root acts as root only where nobody else can exchange the database, or what lies beside it.
void require_directory_of_root(const fs::path& database, const fs::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 || status.st_uid == 0) return;
  throw Error(ErrorCode::refused,
              fmt::format("{} is root's, but its directory is of {}, who could exchange it",
                          printable(database.native()), owner_name(status.st_uid, status.st_gid)),
              fmt::format("if it is that user's: chown --reference={} {}",
                          shell_quoted(directory.native()), shell_quoted(database.native())));
}

// What an earlier release left when a run as root was killed, and its owner can do nothing with.
void require_no_file_of_root(const fs::path& database) {
  const std::string name = database.filename();
  for (const std::string& left :
       {names::lock(name), names::journal(name), names::candidate(name)}) {
    const fs::path path = database.parent_path() / left;
    struct stat status {};
    if (!acts_for_root() || ::lstat(path.c_str(), &status) != 0 || status.st_uid != 0 ||
        ::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) == 0) {
      continue;
    }
    throw Error(ErrorCode::refused,
                fmt::format("{} is root's, and the owner of the database cannot use it",
                            printable(path.native())),
                fmt::format("if an earlier run as root has left it: chown --reference={} {}",
                            shell_quoted(database.native()), shell_quoted(path.native())));
  }
}

}  // namespace

void act_as_owner(const fs::path& database) {
  if (starting_user() != 0) return;
  const auto status = owner_status(database);
  if (!status) return;
  std::error_code unknown;
  const fs::path directory = directory_above(fs::weakly_canonical(fs::absolute(database), unknown));
  if (status->st_uid == 0) require_directory_of_root(database, directory);
  if (status->st_uid == 0 && !acts_for_root()) return;
  if (const int error = act_as(user_of(status->st_uid, status->st_gid))) {
    throw Error(ErrorCode::refused,
                fmt::format("root cannot act as {}, the owner of {}: {}",
                            owner_name(status->st_uid, status->st_gid),
                            printable(database.native()), std::generic_category().message(error)),
                fmt::format("run it as that user ({} baseline …, in a container --user {}:{}), or "
                            "leave root CAP_SETUID and CAP_SETGID",
                            sudo_as(status->st_uid), status->st_uid, status->st_gid));
  }
  if (::faccessat(AT_FDCWD, directory.c_str(), R_OK | X_OK, AT_EACCESS) != 0 && errno == EACCES) {
    throw Error(
        ErrorCode::refused,
        fmt::format("{}, the owner of {}, may not look into the directory {}",
                    owner_name(status->st_uid, status->st_gid), printable(database.native()),
                    printable(directory.native())),
        fmt::format("namei -l {} shows what is in the way", shell_quoted(directory.native())));
  }
}

void require_same_owner(const fs::path& resolved) {
  if (starting_user() != 0) return;
  require_no_file_of_root(resolved);
  const auto status = owner_status(resolved);
  if (!status || status->st_uid == ::geteuid()) return;
  throw Error(ErrorCode::in_use,
              fmt::format("{} belongs to {} by now, and did not a moment ago",
                          printable(resolved.native()), owner_name(status->st_uid, status->st_gid)),
              "find out which program exchanges it, then try again");
}

}  // namespace baseline
