#include "os/private_directory.hpp"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include "base/error.hpp"
#include "os/acting_user.hpp"

namespace baseline {
namespace {

std::filesystem::path temporary_place() {
  const char* const named = std::getenv("TMPDIR");
  if (named == nullptr || *named == '\0') return "/tmp";
  // Root's may be closed to the user that root acts as.
  const bool open = !acts_for_root() || ::faccessat(AT_FDCWD, named, W_OK | X_OK, AT_EACCESS) == 0;
  return open ? named : "/tmp";
}

}  // namespace

PrivateDirectory::PrivateDirectory() {
  std::string name = std::filesystem::absolute(temporary_place() / "baseline-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) throw_errno("make the directory", name);
  path_ = name;
}

PrivateDirectory::~PrivateDirectory() {
  // What is left behind is a copy of an empty database, in a place that the system tidies.
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace baseline
