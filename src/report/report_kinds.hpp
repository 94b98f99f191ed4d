#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/check_run.hpp"

namespace baseline {

/// A kind of report that --report can ask for.
struct ReportKind {
  std::string_view name;
  std::string (*render)(const CheckRun& run);  ///< the whole file
  /// From the start of the run its file says that the run has not ended, so that what an earlier
  /// run had left there cannot be taken for the result of one that was killed.
  bool from_the_start;
  bool shows_rows;  ///< of the database, in what has failed
};

/// One row a kind.
std::span<const ReportKind> report_kinds();

/// The renderers, one file each (docs/reports.md). Only times vary between equal runs.
std::string junit_report(const CheckRun& run);
std::string tap_report(const CheckRun& run);
std::string json_check_report(const CheckRun& run);
std::string prometheus_report(const CheckRun& run);
std::string github_report(const CheckRun& run);
std::string html_report(const CheckRun& run);  ///< the page

}  // namespace baseline
