#pragma once

#include <filesystem>

namespace baseline {

/// A new directory for temporary files that only this user can enter, removed with all that is in
/// it at the end of its life. It is in $TMPDIR, or else /tmp. Throws Error{io}.
class PrivateDirectory {
 public:
  PrivateDirectory();
  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace baseline
