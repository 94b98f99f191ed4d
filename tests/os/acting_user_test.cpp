#include "os/acting_user.hpp"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "support/catch.hpp"

namespace baseline::acting_user_test {
namespace {

constexpr uid_t kUnlisted = 23456;
constexpr gid_t kGroup = 23457;

// In a process of its own, for it changes that of all tests. Its exit code.
int in_child(const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(holds() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

std::array<uid_t, 3> users() {
  std::array<uid_t, 3> out{};
  ::getresuid(&out[0], &out[1], &out[2]);
  return out;
}

}  // namespace

TEST_CASE("a user whom no file lists has the group that is said") {
  const User user = user_of(kUnlisted, kGroup);
  CHECK(user.id == kUnlisted);
  CHECK(user.group == kGroup);
  CHECK(user.groups == std::vector<gid_t>{kGroup});
}

TEST_CASE("a user who is listed has the groups of the lists") {
  const User root = user_of(0, kGroup);
  CHECK(root.group == 0);
  CHECK(root.groups.front() == 0);
}

TEST_CASE("root acts as a user in name and groups, and is root for a scope") {
  if (::geteuid() != 0) return;  // only root acts as another user
  const std::array<gid_t, 2> before{7, 8};
  const int status = in_child([&] {
    if (::setgroups(before.size(), before.data()) != 0) return false;
    if (act_as(user_of(kUnlisted, kGroup)) != 0 || !acts_for_root()) return false;
    const std::array<uid_t, 3> acting{0, kUnlisted, 0};
    gid_t group = 0;
    const auto is_acting = [&] {
      return users() == acting && ::getegid() == kGroup && ::getgroups(1, &group) == 1 &&
             group == kGroup && starting_user() == 0;
    };
    if (!is_acting()) return false;
    {
      const AsStartingUser outer;
      const AsStartingUser inner;
      std::array<gid_t, 2> groups{};
      if (users() != std::array<uid_t, 3>{} || ::getegid() != 0 ||
          ::getgroups(2, groups.data()) != 2 || groups != before) {
        return false;
      }
    }
    return is_acting();
  });
  CHECK(status == 0);
}

TEST_CASE("root stays root for what is root's, and any other user who that is") {
  const int status = in_child([] {
    if (::geteuid() != 0) return act_as(user_of(kUnlisted, kGroup)) == 0 && !acts_for_root();
    return act_as(user_of(0, 0)) == 0 && !acts_for_root() && ::geteuid() == 0;
  });
  CHECK(status == 0);
}

}  // namespace baseline::acting_user_test
