#include "os/parent_directory.hpp"

#include <fmt/format.h>

#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {

Directory parent_directory(const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path();
  std::error_code error;
  if (file.has_filename() && std::filesystem::is_directory(parent, error)) {
    return Directory::open(parent);
  }
  throw Error(ErrorCode::usage,
              fmt::format("the directory {} does not exist", printable(parent.native())),
              "create it, or correct the path of the file");
}

}  // namespace baseline
