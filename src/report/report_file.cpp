#include "report/report_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/acting_user.hpp"
#include "os/modes.hpp"
#include "os/new_file.hpp"
#include "os/whole_file.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPublicFile = 0666;  // less the umask

Error unwritable(const std::string& file, const std::string& why, const std::string& hint = {}) {
  return {ErrorCode::usage, fmt::format("cannot write the report {}: {}", printable(file), why),
          hint};
}

fs::path resolved_report(const std::string& file) {
  const fs::path path = fs::absolute(file);
  const std::string name = path.filename();
  if (name.empty() || name == "." || name == "..") throw unwritable(file, "it is a directory");
  std::error_code error;
  const fs::path parent = fs::canonical(path.parent_path(), error);
  if (error) {
    throw unwritable(file,
                     fmt::format("{}: {}", printable(path.parent_path().native()), error.message()),
                     "make the directory first");
  }
  return parent / name;
}

Directory open_report_directory(const std::string& file, const fs::path& directory) {
  try {
    return Directory::open(directory);
  } catch (const Error& error) {
    if (is_shortage(error.system_error())) throw;
    throw unwritable(file, error.what());
  }
}

}  // namespace

ReportFile::ReportFile(FileSystem& files, const ReportKind& kind, const std::string& file)
    : files_(files),
      kind_(kind),
      file_(file),
      path_(resolved_report(file)),
      directory_(open_report_directory(file, path_.parent_path())) {
  const auto status = directory_.status(path_.filename());
  if (!status || S_ISREG(status->st_mode)) return;
  if (S_ISDIR(status->st_mode)) throw unwritable(file, "it is a directory");
  throw unwritable(file, "it is not a regular file",
                   fmt::format("to write to stdout: --report {}=-", kind.name));
}

// What shows rows of the database is as private as the database.
mode_t ReportFile::mode_for(const std::string& database) const {
  if (!kind_.shows_rows) return kPublicFile;
  struct stat status {};
  if (database.empty() || ::stat(database.c_str(), &status) != 0) return kPrivateFile;
  return status.st_mode & kPublicFile;
}

void ReportFile::put(const std::string& text, const std::string& database) {
  const AsStartingUser writes;
  write_whole(files_, directory_, path_.filename(), names::report_temporary(::getpid()), text,
              PowerCut::must_not_tear, mode_for(database));
}

void ReportFile::start(const CheckRun& run) {
  try {
    if (kind_.from_the_start) {
      put(kind_.render(unfinished(run)), run.database);
    } else {
      // Made as the report will be, and never given its name.
      const NewFile tried(files_, directory_, names::report_temporary(::getpid()), kPrivateFile);
    }
  } catch (const Error& error) {
    if (is_shortage(error.system_error())) throw;
    throw unwritable(file_, error.what(), error.hint());
  }
  started_ = true;
}

void ReportFile::write(const CheckRun& run) { put(kind_.render(run), run.database); }

}  // namespace baseline
