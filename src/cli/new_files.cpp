#include "cli/new_files.hpp"

#include <fmt/format.h>

#include <ranges>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/file_system.hpp"
#include "os/new_file.hpp"
#include "os/new_place.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kDirectoryMode = 0777;  // less the umask, as for any file that people edit
constexpr mode_t kFileMode = 0666;

// The directory, made with those above it when it is missing.
Directory open_or_make(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(fs::status(path, error))) {
    const Directory parent = open_or_make(path.parent_path());
    real_file_system().make_directory(parent, path.filename().string(), kDirectoryMode);
  }
  return Directory::open(path);
}

// Whether it is there as it would be written: a process that was killed has left it.
bool is_there(const fs::path& path, const std::string& text) {
  std::error_code error;
  if (fs::symlink_status(path, error).type() != fs::file_type::regular) return false;
  const Directory parent = Directory::open(fs::absolute(path).parent_path());
  return fs::file_size(path, error) == text.size() && parent.read_text(path.filename()) == text;
}

void demand_no_other_exists(const fs::path& directory, const std::vector<GeneratedFile>& files) {
  std::vector<std::string> found;
  for (const GeneratedFile& file : files) {
    const fs::path path = directory / file.name;
    std::error_code error;
    if (fs::symlink_status(path, error).type() != fs::file_type::not_found &&
        !is_there(path, file.text)) {
      found.push_back(printable(path.string()));
    }
  }
  if (found.empty()) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("{} {} there already", join(found, ", "), found.size() == 1 ? "is" : "are"),
      "name a new directory with -o, and compare");
}

}  // namespace

void write_new_files(const fs::path& directory, const std::vector<GeneratedFile>& files) {
  const AsStartingUser writes;
  for (const GeneratedFile& file : files) require_own_place(fs::absolute(directory / file.name));
  demand_no_other_exists(directory, files);
  FileSystem& system = real_file_system();
  std::vector<std::pair<Directory, std::string>> written;
  written.reserve(files.size());
  try {
    // The first one is what the others are found by: it comes last.
    for (const auto& file : std::views::reverse(files)) {
      const fs::path path = fs::absolute(directory / file.name).lexically_normal();
      if (is_there(path, file.text)) continue;
      Directory parent = open_or_make(path.parent_path());
      const std::string name = path.filename().string();
      NewFile made(system, parent, names::renewed("." + name), kFileMode);
      system.write(made.file(), file.text, 0);
      system.sync(made.file());
      made.take_name(name);
      written.emplace_back(std::move(parent), name);
    }
  } catch (...) {
    // A part of them would pass for the whole.
    for (const auto& [parent, name] : written) system.unlink(parent, name);
    throw;
  }
}

}  // namespace baseline
