#include "os/private_directory.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <cstdlib>
#include <string>
#include <system_error>

#include "base/error.hpp"

namespace baseline {
namespace {

std::filesystem::path temporary_place() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
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
