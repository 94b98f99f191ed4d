#pragma once

#include <filesystem>
#include <string>

#include "os/file_system.hpp"
#include "report/report_kinds.hpp"

namespace baseline {

/// The file that a report goes to. It is written whole or not at all, and where it shows rows,
/// others may read it only if they may read the database.
class ReportFile {
 public:
  /// Looks at the place and changes nothing. Throws Error{usage} when there is no such directory,
  /// or when what has that name is no regular file: to rename a report over a device or a link
  /// would destroy it.
  ReportFile(FileSystem& files, const ReportKind& kind, const std::string& file);

  /// The absolute path, with the links of the directory resolved: equal paths are one file.
  const std::filesystem::path& path() const { return path_; }
  std::string_view kind() const { return kind_.name; }
  /// As the user named it.
  const std::string& file() const { return file_; }

  /// Proves that the file can be written before anything else is touched and, for kinds that want
  /// it from the start, says there that the run has not ended. Throws Error{usage}.
  void start(const CheckRun& run);
  bool started() const { return started_; }

  /// Throws Error{io}; what was there stays as it was.
  void write(const CheckRun& run);
  /// The same with a text of that database which is there already. Throws Error{io}.
  void put(const std::string& text, const std::string& database);

 private:
  mode_t mode_for(const std::string& database) const;

  FileSystem& files_;
  const ReportKind& kind_;
  std::string file_;
  std::filesystem::path path_;
  Directory directory_;
  bool started_ = false;
};

}  // namespace baseline
