#include "os/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/text.hpp"
#include "os/acting_user.hpp"

namespace baseline {
namespace {

// The name that a file which `read` (fgetpwent, fgetgrent) reads has for a number; `identity` is
// the number and the name of an entry. Lines like "+@staff" only let another service in.
template <class Read, class Identity>
std::optional<std::string> listed_name(const char* path, unsigned id, Read&& read,
                                       Identity&& identity) {
  const std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(path, "re"), &std::fclose);
  if (!file) return {};
  while (const auto* const entry = read(file.get())) {
    const auto [number, name] = identity(*entry);
    if (number == id && *name != '\0' && *name != '+' && *name != '-') return printable(name);
  }
  return {};
}

std::string name_of_group(gid_t id) {
  const auto identity = [](const struct group& entry) {
    return std::pair(entry.gr_gid, entry.gr_name);
  };
  if (auto name = listed_name("/etc/group", id, &::fgetgrent, identity)) return *std::move(name);
#ifndef BASELINE_STATIC_PROGRAM
  std::array<char, 16384> buffer{};
  struct group entry {};
  struct group* found = nullptr;
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return printable(found->gr_name);
  }
#endif
  return fmt::format("{}", id);
}

}  // namespace

std::string host_name() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "?";
  return printable(buffer.data());
}

// The file comes first: to ask the services that the system may have instead (LDAP, say) takes two
// sockets, and a program that is linked statically has none of them.
std::string name_of_user(unsigned id) {
  const auto identity = [](const struct passwd& entry) {
    return std::pair(entry.pw_uid, entry.pw_name);
  };
  if (auto name = listed_name("/etc/passwd", id, &::fgetpwent, identity)) return *std::move(name);
#ifndef BASELINE_STATIC_PROGRAM
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return printable(found->pw_name);
  }
#endif
  return fmt::format("{}", id);
}

std::string user_name() {
  static const std::string name = name_of_user(starting_user());  // reads files, may ask services
  return name;
}

std::string sudo_as(unsigned owner) {
  const std::string name = name_of_user(owner);
  const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
  return "sudo -u " + (is_number ? fmt::format("'#{}'", name) : name);
}

std::string owner_name(unsigned owner, unsigned group) {
  return fmt::format("{}:{}", name_of_user(owner), name_of_group(group));
}

bool has_foreign_rights() { return ::getauxval(AT_SECURE) != 0; }

void open_standard_descriptors() {
  // open() returns the lowest free number, so this stops as soon as 0, 1 and 2 are taken.
  for (int fd = 0; fd < 3; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", O_RDWR) != fd) {
      ::_exit(2);
    }
  }
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kMiB = 1 << 20;
  ::mallopt(M_TOP_PAD, kMiB);
  ::mallopt(M_TRIM_THRESHOLD, 16 * kMiB);
  ::mallopt(M_MMAP_THRESHOLD, 4 * kMiB);
#endif
}

}  // namespace baseline
