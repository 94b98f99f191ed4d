#include "os/attributes.hpp"

#include <fmt/format.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/modes.hpp"
#include "os/process.hpp"

namespace baseline {
namespace {

// Root must not hand on rights to a file whose content another user decides.
constexpr std::string_view kCapabilities = "security.capability";

std::string attribute(const File& file, const std::string& name) {
  std::string value(256, '\0');
  for (;;) {
    const ssize_t size = ::fgetxattr(file.fd(), name.c_str(), value.data(), value.size());
    if (size >= 0) {
      value.resize(static_cast<std::size_t>(size));
      return value;
    }
    if (errno != ERANGE) throw_errno("read the attribute " + name + " of", file.path().native());
    value.resize(value.size() * 4);
  }
}

std::map<std::string, std::string> extended_attributes(const File& file) {
  std::map<std::string, std::string> attributes;
  std::string names(4096, '\0');
  ssize_t size = ::flistxattr(file.fd(), names.data(), names.size());
  while (size < 0 && errno == ERANGE) {
    names.resize(names.size() * 4);
    size = ::flistxattr(file.fd(), names.data(), names.size());
  }
  if (size < 0 && errno == ENOTSUP) return attributes;
  if (size < 0) throw_errno("list the attributes of", file.path().native());
  const char* const end = names.data() + size;
  for (const char* name = names.data(); name < end; name += std::strlen(name) + 1) {
    if (std::string_view(name) != kCapabilities) attributes[name] = attribute(file, name);
  }
  return attributes;
}

void give_extended(FileSystem& files, const File& file, const FileAttributes& before,
                   const FileAttributes& wanted) {
  const AsStartingUser may_give_all;
  for (const auto& [name, value] : before.extended) {
    if (wanted.extended.count(name) == 0) files.remove_attribute(file, name);
  }
  for (const auto& [name, value] : wanted.extended) {
    const auto now = before.extended.find(name);
    if (now == before.extended.end() || now->second != value) {
      files.set_attribute(file, name, value);
    }
  }
}

void give_owner(FileSystem& files, const File& file, const FileAttributes& before,
                const FileAttributes& wanted) {
  if (before.owner != wanted.owner) {
    // Root as the acting user may not: what this user has made would become another's.
    files.set_owner(file, wanted.owner, wanted.group);
  } else if (before.group != wanted.group) {
    const AsStartingUser may_give_any_group;
    files.set_owner(file, wanted.owner, wanted.group);
  }
}

}  // namespace

FileAttributes attributes_of(const File& file) {
  const AsStartingUser sees_all;  // "trusted.*" is root's
  const struct stat status = file.status();
  return {status.st_uid, status.st_gid, status.st_mode & kPermissionBits,
          extended_attributes(file)};
}

bool give_attributes(FileSystem& files, const File& file, const FileAttributes& wanted) {
  const FileAttributes before = attributes_of(file);
  if (before == wanted) return false;
  std::string_view what = "owner";
  try {
    give_owner(files, file, before, wanted);
    what = "attributes";
    give_extended(files, file, before, wanted);
    what = "mode";
    // Last, and always: changing the owner clears set-id bits, an ACL changes the group bits. As
    // the acting user, who cannot set the set-group-ID bit of a group of others.
    files.set_mode(file, wanted.mode);
  } catch (const Error& error) {
    const std::string owner = owner_name(wanted.owner, wanted.group);
    Error refusal(ErrorCode::refused,
                  what == "owner"
                      ? fmt::format("cannot give the new file owner {}", owner)
                      : fmt::format("cannot give the new file the {} of the old one", what),
                  fmt::format("run as root, or as {}", owner));
    refusal.add_note(error.what());
    throw refusal;
  }
  return true;
}

}  // namespace baseline
