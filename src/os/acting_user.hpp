#pragma once

#include <sys/types.h>

#include <vector>

namespace baseline {

/// A user with his groups.
struct User {
  uid_t id = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

/// The user of that number as /etc/passwd and /etc/group list him. Whom they do not list has one
/// group, `fallback`. Other services (LDAP) are not asked: a static program cannot.
User user_of(uid_t id, gid_t fallback);

/// The effective user who started the program.
uid_t starting_user();

/// The starting user, who is root, acts as `user` from here on: in all threads, with that user's
/// groups and without capabilities. Real and saved user stay root's, so that `user` can neither
/// trace nor signal this process. Nothing happens when the starting user is not root or is `user`.
/// Returns errno when the kernel refuses; then nothing has changed.
int act_as(const User& user);

/// Whether root acts as somebody else.
bool acts_for_root();

/// While one lives, the process is the starting user again, for what belongs to that user or only
/// root can do (docs/ARCHITECTURE.md, "Whose rights a run has").
class AsStartingUser {
 public:
  AsStartingUser();
  ~AsStartingUser();
  AsStartingUser(const AsStartingUser&) = delete;
  AsStartingUser& operator=(const AsStartingUser&) = delete;

 private:
  bool returned_;  ///< this one did it, and takes it back
};

}  // namespace baseline
