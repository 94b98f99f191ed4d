#include "os/new_file.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {

NewFile::NewFile(FileSystem& files, const Directory& directory, std::string temporary, mode_t mode)
    : files_(files), directory_(directory), temporary_(std::move(temporary)) {
  if (auto file = files_.create_unnamed(directory_, temporary_, mode)) {
    file_ = std::move(*file);
    unnamed_ = true;
    return;
  }
  // One that a killed process left.
  files_.unlink(directory_, temporary_);
  file_ = files_.create(directory_, temporary_, mode);
}

NewFile::~NewFile() {
  try {
    if (!done_ && !unnamed_ && is_ours()) files_.unlink(directory_, temporary_);
  } catch (const std::exception&) {
    // The disk that failed the file fails this, too; the next process removes it.
  }
}

// Another process may have taken the temporary name over.
bool NewFile::is_ours() const {
  const auto named = directory_.status(temporary_);
  return named && named->st_ino == file_.status().st_ino;
}

void NewFile::require_ours() const {
  if (is_ours()) return;
  throw Error(
      ErrorCode::in_use,
      fmt::format("another process writes {}", printable((directory_ / temporary_).native())),
      "wait until it has finished, or name another file");
}

void NewFile::take_name(const std::string& name) {
  if (unnamed_) {
    files_.link_unnamed(file_, directory_, name);
  } else {
    require_ours();
    files_.rename_new(directory_, temporary_, directory_, name);
  }
  done_ = true;
}

void NewFile::replace(const std::string& name) {
  if (unnamed_) {
    // A file without a name cannot take the place of another one.
    files_.unlink(directory_, temporary_);
    files_.link_unnamed(file_, directory_, temporary_);
    unnamed_ = false;
  }
  require_ours();
  files_.rename(directory_, temporary_, directory_, name);
  done_ = true;
}

}  // namespace baseline
