#include "os/file_system.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace baseline {
namespace {

std::string descriptor_path(const File& file) {
  return "/proc/self/fd/" + std::to_string(file.fd());
}

// Calls again as long as a signal interrupts the call.
template <typename Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// What share_new_files() has said.
struct Sharing {
  gid_t group = 0;
  mode_t bits = 0;  ///< of a group, read and write; 0: nothing is shared
};
Sharing sharing;

bool is_in_group(gid_t group) {
  if (::getegid() == group) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  return std::ranges::find(groups.begin(), groups.begin() + std::max(count, 0), group) !=
         groups.begin() + std::max(count, 0);
}

bool is_shared(mode_t mode) { return sharing.bits != 0 && (mode & (S_IRWXG | S_IRWXO)) == 0; }

// The group gets of the owner's bits what it has of the database's; who may read may search.
mode_t shared(mode_t mode) {
  if (!is_shared(mode)) return mode;
  const mode_t search = (sharing.bits & S_IRGRP) != 0 ? S_IXGRP : 0;
  return mode | (((mode & S_IRWXU) >> 3) & (sharing.bits | search));
}

// A file that another member has made is shared already.
void share(int fd, mode_t mode, const std::filesystem::path& path) {
  struct stat status {};
  if (!is_shared(mode) || ::fstat(fd, &status) != 0 || status.st_uid != ::geteuid()) return;
  if (::fchown(fd, status.st_uid, sharing.group) != 0 || ::fchmod(fd, shared(mode)) != 0) {
    throw_errno("share", path.native());
  }
}

class RealFileSystem final : public FileSystem {
 public:
  File create(const Directory& directory, const std::string& name, mode_t mode) override {
    return open(directory, name, O_CREAT | O_EXCL, mode, "create");
  }

  std::optional<File> create_unnamed(const Directory& directory, const std::string& path_name,
                                     mode_t mode) override {
    const int fd = retried(
        [&] { return ::openat(directory.fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode); });
    if (fd < 0) return {};
    File file(fd, directory / path_name);
    // It gets its name by way of /proc, which may not be there.
    if (::access(descriptor_path(file).c_str(), F_OK) != 0) return {};
    share(fd, mode, file.path());
    return file;
  }

  void link_unnamed(const File& file, const Directory& directory,
                    const std::string& name) override {
    if (::linkat(AT_FDCWD, descriptor_path(file).c_str(), directory.fd(), name.c_str(),
                 AT_SYMLINK_FOLLOW) != 0) {
      throw_errno("create", (directory / name).native());
    }
  }

  File open_or_create(const Directory& directory, const std::string& name, mode_t mode) override {
    return open(directory, name, O_CREAT, mode, "open");
  }

  File open_to_append(const Directory& directory, const std::string& name, mode_t mode) override {
    return open(directory, name, O_CREAT | O_APPEND, mode, "open");
  }

  void write(const File& file, std::string_view bytes, std::uint64_t offset) override {
    while (!bytes.empty()) {
      const ssize_t done = retried([&] {
        return ::pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (done < 0) throw_errno("write", file.path().native());
      bytes.remove_prefix(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
  }

  void truncate(const File& file, std::uint64_t size) override {
    const auto call = [&] { return ::ftruncate(file.fd(), static_cast<off_t>(size)); };
    if (retried(call) != 0) throw_errno("truncate", file.path().native());
  }

  bool clone(const File& source, const File& target) override {
    return ::ioctl(target.fd(), FICLONE, source.fd()) == 0;
  }

  void sync(const File& file) override {
    if (::fsync(file.fd()) != 0) throw_errno("sync", file.path().native());
  }

  void sync_directory(const Directory& directory) override {
    if (::fsync(directory.fd()) != 0) throw_errno("sync the directory", directory.path().native());
  }

  void set_mode(const File& file, mode_t mode) override {
    if (::fchmod(file.fd(), shared(mode)) != 0)
      throw_errno("set the mode of", file.path().native());
  }

  void set_owner(const File& file, uid_t owner, gid_t group) override {
    if (::fchown(file.fd(), owner, group) != 0)
      throw_errno("set the owner of", file.path().native());
  }

  void set_attribute(const File& file, const std::string& name, std::string_view value) override {
    if (::fsetxattr(file.fd(), name.c_str(), value.data(), value.size(), 0) != 0) {
      throw_errno("set the attribute " + name + " of", file.path().native());
    }
  }

  void remove_attribute(const File& file, const std::string& name) override {
    if (::fremovexattr(file.fd(), name.c_str()) != 0 && errno != ENODATA) {
      throw_errno("remove the attribute " + name + " of", file.path().native());
    }
  }

  void rename(const Directory& from_directory, const std::string& from,
              const Directory& to_directory, const std::string& to) override {
    move(from_directory, from, to_directory, to, 0);
  }

  void rename_new(const Directory& from_directory, const std::string& from,
                  const Directory& to_directory, const std::string& to) override {
    move(from_directory, from, to_directory, to, RENAME_NOREPLACE);
  }

  void exchange(const Directory& directory, const std::string& a, const std::string& b) override {
    move(directory, a, directory, b, RENAME_EXCHANGE);
  }

  void link(const Directory& from_directory, const std::string& from, const Directory& to_directory,
            const std::string& to) override {
    if (::linkat(from_directory.fd(), from.c_str(), to_directory.fd(), to.c_str(), 0) != 0) {
      throw_errno("link " + (from_directory / from).native() + " to", (to_directory / to).native());
    }
  }

  void unlink(const Directory& directory, const std::string& name) override {
    if (::unlinkat(directory.fd(), name.c_str(), 0) != 0 && errno != ENOENT) {
      throw_errno("remove", (directory / name).native());
    }
  }

  void make_directory(const Directory& parent, const std::string& name, mode_t mode) override {
    if (::mkdirat(parent.fd(), name.c_str(), mode) != 0) {
      throw_errno("make the directory", (parent / name).native());
    }
    if (!is_shared(mode)) return;
    const File made(::openat(parent.fd(), name.c_str(), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                    parent / name);
    if (!made.is_open()) throw_errno("open the directory", made.path().native());
    share(made.fd(), mode, made.path());
  }

  void remove_directory(const Directory& parent, const std::string& name) override {
    if (::unlinkat(parent.fd(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
      throw_errno("remove the directory", (parent / name).native());
    }
  }

 private:
  static File open(const Directory& directory, const std::string& name, int flags, mode_t mode,
                   std::string_view action) {
    const int fd = retried([&] {
      return ::openat(directory.fd(), name.c_str(), flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC, mode);
    });
    if (fd < 0) throw_errno(action, (directory / name).native());
    File file(fd, directory / name);
    share(fd, mode, file.path());
    return file;
  }

  static void move(const Directory& from_directory, const std::string& from,
                   const Directory& to_directory, const std::string& to, unsigned flags) {
    if (::renameat2(from_directory.fd(), from.c_str(), to_directory.fd(), to.c_str(), flags) != 0) {
      const std::string_view action = flags == RENAME_EXCHANGE ? "exchange " : "rename ";
      throw_errno(std::string(action) + (from_directory / from).native() +
                      (flags == RENAME_EXCHANGE ? " with" : " to"),
                  (to_directory / to).native());
    }
  }
};

}  // namespace

void share_new_files(gid_t group, mode_t mode) {
  if (is_in_group(group)) sharing = {group, mode & (S_IRGRP | S_IWGRP)};
}

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace baseline
