#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"
#include "report/report_file.hpp"
#include "report/report_kinds.hpp"

namespace baseline {

/// One --report KIND=FILE.
struct ReportRequest {
  const ReportKind* kind = nullptr;
  std::string file;  ///< "-": stdout
};

/// Reads the values of --report. Throws Error{usage}.
std::vector<ReportRequest> parse_reports(const std::vector<std::string>& values);

/// The file of a page that was asked for by itself. Throws Error{usage} when it cannot be written
/// or is one that the program itself needs.
ReportFile page_file(FileSystem& files, const std::string& file, const Settings& settings);

/// The reports that a run writes.
class Reports {
 public:
  Reports() = default;
  /// Looks at all places before any of them is written to. Throws Error{usage}.
  Reports(FileSystem& files, const std::vector<ReportRequest>& requests, const Settings& settings);

  /// Whether one of them is of this kind.
  bool has(std::string_view kind) const;

  /// Whether stdout carries a report, and the text for people has to go elsewhere.
  bool on_stdout() const { return on_stdout_ != nullptr; }

  /// To be called before anything else is touched. Throws Error{usage}; see ReportFile::start().
  void start(const CheckRun& run);

  struct Written {
    std::string to_stdout;              ///< the report that stdout carries
    std::vector<std::string> failures;  ///< why others could not be written
  };
  /// Writes the files whose start went well. Throws nothing.
  Written write(const CheckRun& run);

 private:
  std::vector<ReportFile> files_;
  const ReportKind* on_stdout_ = nullptr;
};

}  // namespace baseline
