#include "cli/new_files.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/file_system.hpp"

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

void demand_none_exists(const fs::path& directory, const std::vector<GeneratedFile>& files) {
  std::vector<std::string> found;
  for (const GeneratedFile& file : files) {
    std::error_code error;
    if (fs::symlink_status(directory / file.name, error).type() != fs::file_type::not_found) {
      found.push_back(printable((directory / file.name).string()));
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
  demand_none_exists(directory, files);
  FileSystem& system = real_file_system();
  std::vector<std::pair<Directory, std::string>> written;
  try {
    for (const GeneratedFile& file : files) {
      const fs::path path = fs::absolute(directory / file.name).lexically_normal();
      Directory parent = open_or_make(path.parent_path());
      const std::string name = path.filename().string();
      const File made = system.create(parent, name, kFileMode);
      written.emplace_back(std::move(parent), name);
      system.write(made, file.text, 0);
      system.sync(made);
    }
  } catch (const Error&) {
    // A part of them would pass for the whole.
    for (const auto& [parent, name] : written) system.unlink(parent, name);
    throw;
  }
}

}  // namespace baseline
