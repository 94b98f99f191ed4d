#include "os/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.hpp"

namespace baseline {
namespace {

std::string name_of_user(uid_t id) {
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return printable(found->pw_name);
  }
  return fmt::format("{}", id);
}

std::string name_of_group(gid_t id) {
  std::array<char, 16384> buffer{};
  struct group entry {};
  struct group* found = nullptr;
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return printable(found->gr_name);
  }
  return fmt::format("{}", id);
}

}  // namespace

std::string host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "?";
  return printable(buffer.data());
}

std::string user_name() {
  static const std::string name = name_of_user(::geteuid());  // it asks services, over sockets
  return name;
}

std::string owner_name(unsigned owner, unsigned group) {
  return fmt::format("{}:{}", name_of_user(owner), name_of_group(group));
}

void open_standard_descriptors() {
  // open() returns the lowest free number, so this stops as soon as 0, 1 and 2 are taken.
  for (int fd = 0; fd < 3; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) != fd) {
      ::_exit(2);
    }
  }
}

}  // namespace baseline
