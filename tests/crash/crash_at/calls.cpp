#include "calls.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>

namespace {

using Names = CallKind::Names;

constexpr CallKind kCalls[] = {
    {SYS_open, "open", Names::path, true},
    {SYS_creat, "creat", Names::path, true},
    {SYS_openat, "openat", Names::at, true},
    {SYS_read, "read", Names::descriptor, false},
    {SYS_pread64, "pread64", Names::descriptor, false},
    {SYS_readv, "readv", Names::descriptor, false},
    {SYS_lseek, "lseek", Names::descriptor, false},
    {SYS_fstat, "fstat", Names::descriptor, false},
    {SYS_newfstatat, "newfstatat", Names::at, false},
    {SYS_statx, "statx", Names::at, false},
    {SYS_stat, "stat", Names::path, false},
    {SYS_lstat, "lstat", Names::path, false},
    {SYS_access, "access", Names::path, false},
    {SYS_faccessat, "faccessat", Names::at, false},
    {SYS_faccessat2, "faccessat2", Names::at, false},
    {SYS_readlink, "readlink", Names::path, false},
    {SYS_readlinkat, "readlinkat", Names::at, false},
    {SYS_getdents64, "getdents64", Names::descriptor, false},
    {SYS_fcntl, "fcntl", Names::descriptor, false},
    {SYS_flock, "flock", Names::descriptor, false},
    {SYS_statfs, "statfs", Names::path, false},
    {SYS_fstatfs, "fstatfs", Names::descriptor, false},
    {SYS_fgetxattr, "fgetxattr", Names::descriptor, false},
    {SYS_flistxattr, "flistxattr", Names::descriptor, false},
    {SYS_fadvise64, "fadvise64", Names::descriptor, false},
    {SYS_write, "write", Names::descriptor, true},
    {SYS_pwrite64, "pwrite64", Names::descriptor, true},
    {SYS_writev, "writev", Names::descriptor, true},
    {SYS_pwritev, "pwritev", Names::descriptor, true},
    {SYS_pwritev2, "pwritev2", Names::descriptor, true},
    {SYS_copy_file_range, "copy_file_range", Names::two_descriptors, true},
    {SYS_sendfile, "sendfile", Names::descriptor, true},
    {SYS_ioctl, "ioctl", Names::descriptor, true},
    {SYS_ftruncate, "ftruncate", Names::descriptor, true},
    {SYS_truncate, "truncate", Names::path, true},
    {SYS_fallocate, "fallocate", Names::descriptor, true},
    {SYS_fsync, "fsync", Names::descriptor, true},
    {SYS_fdatasync, "fdatasync", Names::descriptor, true},
    {SYS_sync_file_range, "sync_file_range", Names::descriptor, true},
    {SYS_syncfs, "syncfs", Names::descriptor, true},
    {SYS_rename, "rename", Names::two_paths, true},
    {SYS_renameat, "renameat", Names::two_at, true},
    {SYS_renameat2, "renameat2", Names::two_at, true},
    {SYS_link, "link", Names::two_paths, true},
    {SYS_linkat, "linkat", Names::two_at, true},
    {SYS_symlinkat, "symlinkat", Names::nothing, true},
    {SYS_unlink, "unlink", Names::path, true},
    {SYS_unlinkat, "unlinkat", Names::at, true},
    {SYS_rmdir, "rmdir", Names::path, true},
    {SYS_mkdir, "mkdir", Names::path, true},
    {SYS_mkdirat, "mkdirat", Names::at, true},
    {SYS_chmod, "chmod", Names::path, true},
    {SYS_fchmod, "fchmod", Names::descriptor, true},
    {SYS_fchmodat, "fchmodat", Names::at, true},
    {SYS_chown, "chown", Names::path, true},
    {SYS_fchown, "fchown", Names::descriptor, true},
    {SYS_fchownat, "fchownat", Names::at, true},
    {SYS_fsetxattr, "fsetxattr", Names::descriptor, true},
    {SYS_fremovexattr, "fremovexattr", Names::descriptor, true},
    {SYS_utimensat, "utimensat", Names::at, true},
};

constexpr CallKind kUnknown{};

}  // namespace

const CallKind& kind_of(long number) {
  const auto* const found = std::find_if(std::begin(kCalls), std::end(kCalls),
                                         [&](const CallKind& row) { return row.number == number; });
  return found == std::end(kCalls) ? kUnknown : *found;
}

std::vector<long> known_calls(bool only_changes) {
  std::vector<long> numbers;
  for (const CallKind& row : kCalls) {
    if (row.changes || !only_changes) numbers.push_back(row.number);
  }
  return numbers;
}

std::string name_of(long number) {
  const CallKind& kind = kind_of(number);
  return kind.number < 0 ? "syscall " + std::to_string(number) : kind.name;
}

bool is_unnamed(std::uint64_t flags) { return (flags & O_TMPFILE) == O_TMPFILE; }

bool can_change(long number, const std::uint64_t* arguments) {
  constexpr std::uint64_t kMakes = O_CREAT | O_TRUNC;
  if (number == SYS_openat && is_unnamed(arguments[2])) return true;
  if (number == SYS_openat) return (arguments[2] & kMakes) != 0;
  if (number == SYS_open) return (arguments[1] & kMakes) != 0;
  if (number == SYS_ioctl) return arguments[1] == FICLONE;
  return kind_of(number).changes;
}

int errno_named(const std::string& name) {
  static const std::map<std::string, int> known = {
      {"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EACCES", EACCES},
      {"EINTR", EINTR},   {"EROFS", EROFS},   {"ENOMEM", ENOMEM}, {"EMFILE", EMFILE},
      {"EAGAIN", EAGAIN}, {"EPERM", EPERM},
  };
  const auto found = known.find(name);
  return found == known.end() ? 0 : found->second;
}
