#include "os/file_system.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>

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
    if (::fchmod(file.fd(), mode) != 0) throw_errno("set the mode of", file.path().native());
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
    directory.require_obeyed(name);
    if (::unlinkat(directory.fd(), name.c_str(), 0) != 0 && errno != ENOENT) {
      throw_errno("remove", (directory / name).native());
    }
  }

  void make_directory(const Directory& parent, const std::string& name, mode_t mode) override {
    if (::mkdirat(parent.fd(), name.c_str(), mode) != 0) {
      throw_errno("make the directory", (parent / name).native());
    }
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
    if (fd < 0) {
      const int error = errno;
      // The kernel refuses some files of others by itself (fs.protected_regular).
      directory.require_obeyed(name);
      errno = error;
      throw_errno(action, (directory / name).native());
    }
    File file(fd, directory / name);
    directory.require_obeyed(file);
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

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace baseline
