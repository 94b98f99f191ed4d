#include "report/report_kinds.hpp"

namespace baseline {
namespace {

constexpr ReportKind kReportKinds[] = {
    {"junit", junit_report, true, true},
    {"tap", tap_report, true, true},
    {"json", json_check_report, true, true},
    // A scrape in the middle of a run would see all checks gone. A run that was cut off shows by
    // its time stamp, which gets old.
    {"prometheus", prometheus_report, false, false},
    {"github", github_report, true, true},
    {"html", html_report, true, true},
};

}  // namespace

std::span<const ReportKind> report_kinds() { return kReportKinds; }

}  // namespace baseline
