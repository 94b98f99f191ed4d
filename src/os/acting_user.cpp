#include "os/acting_user.hpp"

#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

namespace baseline {
namespace {

// Like the user of a process, this is the process's and not a thread's. It changes in one thread.
struct Identities {
  User starting;
  std::optional<User> acting;  ///< nothing: the starting user acts
};

Identities& identities() {
  static Identities all;
  return all;
}

using EtcFile = std::unique_ptr<FILE, decltype(&std::fclose)>;

EtcFile open_etc(const char* path) { return {std::fopen(path, "re"), &std::fclose}; }

// A user who is listed has a name by which groups list him.
std::optional<std::pair<std::string, gid_t>> listed_user(uid_t id) {
  const EtcFile file = open_etc("/etc/passwd");
  if (!file) return {};
  while (const passwd* const entry = ::fgetpwent(file.get())) {
    const char first = *entry->pw_name;
    if (entry->pw_uid == id && first != '\0' && first != '+' && first != '-') {
      return std::pair(std::string(entry->pw_name), entry->pw_gid);
    }
  }
  return {};
}

void add_listed_groups(User& user, const std::string& name) {
  const EtcFile file = open_etc("/etc/group");
  if (!file) return;
  while (const struct group* const entry = ::fgetgrent(file.get())) {
    for (char** member = entry->gr_mem; *member != nullptr; ++member) {
      if (name == *member && std::ranges::count(user.groups, entry->gr_gid) == 0) {
        user.groups.push_back(entry->gr_gid);
      }
    }
  }
}

User current_user() {
  User user{::geteuid(), ::getegid(), {}};
  user.groups.resize(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(user.groups.size()), user.groups.data());
  user.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return user;
}

// glibc changes these in all threads.
bool set_effective_user(uid_t id) {
  return ::setresuid(static_cast<uid_t>(-1), id, static_cast<uid_t>(-1)) == 0;
}

bool set_effective_group(gid_t id) {
  return ::setresgid(static_cast<gid_t>(-1), id, static_cast<gid_t>(-1)) == 0;
}

bool set_groups(const User& user) {
  return ::setgroups(user.groups.size(), user.groups.data()) == 0;
}

// Only root can change groups: they are the first to go, and the last to come back.
bool give_up_root(const User& user) {
  return set_groups(user) && set_effective_group(user.group) && set_effective_user(user.id);
}

bool become_root(const User& root) {
  return set_effective_user(root.id) && set_effective_group(root.group) && set_groups(root);
}

// With this bit a change of the user leaves root's capabilities behind.
bool keeps_capabilities() { return (::prctl(PR_GET_SECUREBITS) & SECBIT_NO_SETUID_FIXUP) != 0; }

}  // namespace

User user_of(uid_t id, gid_t fallback) {
  User user{id, fallback, {fallback}};
  if (const auto listed = listed_user(id)) {
    user.group = listed->second;
    user.groups = {user.group};
    add_listed_groups(user, listed->first);
  }
  return user;
}

uid_t starting_user() {
  const Identities& all = identities();
  return all.acting ? all.starting.id : ::geteuid();
}

int act_as(const User& user) {
  Identities& all = identities();
  if (all.acting) {
    if (all.acting->id == user.id) return 0;
    if (!become_root(all.starting)) return errno;
    all.acting.reset();
  }
  if (::geteuid() != 0 || user.id == 0) return 0;
  if (keeps_capabilities()) return EPERM;
  User starting = current_user();
  if (!set_groups(user)) return errno;
  if (!give_up_root(user)) {
    const int error = errno;
    if (!become_root(starting)) std::abort();
    return error;
  }
  all.starting = std::move(starting);
  all.acting = user;
  return 0;
}

bool acts_for_root() { return identities().acting.has_value(); }

AsStartingUser::AsStartingUser() : returned_(acts_for_root() && ::geteuid() != 0) {
  if (returned_ && !become_root(identities().starting)) std::abort();
}

AsStartingUser::~AsStartingUser() {
  // What comes next must not be done as root; a crash is recovered from.
  if (returned_ && !give_up_root(*identities().acting)) std::abort();
}

}  // namespace baseline
