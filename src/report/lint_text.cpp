#include <fmt/format.h>

#include "base/text.hpp"
#include "report/checks_text.hpp"
#include "report/lint.hpp"

namespace baseline::human_report {
namespace {

std::string untested_text(const Coverage& coverage) {
  if (coverage.untested.empty()) return {};
  std::string text = "no check makes these reject anything:\n";
  for (const ConstraintInfo& constraint : coverage.untested) {
    // Names of CHECKs, and nothing else, say no table.
    const bool says_table = constraint.display.find(constraint.table) != std::string::npos;
    text += fmt::format("  {}{}\n", printable(constraint.display),
                        says_table ? "" : " of " + printable(constraint.table));
  }
  return text;
}

std::string coverage_text(const Coverage& coverage) {
  const std::size_t all = coverage.named + coverage.unnamed;
  if (all == 0) return "the baseline declares no constraints";
  std::string text = fmt::format("{} of {} tested", coverage.named_tested + coverage.unnamed_tested,
                                 counted(all, "constraint"));
  if (coverage.named > 0 && coverage.unnamed > 0) {
    text += fmt::format(" ({} of {} named)", coverage.named_tested, coverage.named);
  }
  if (!coverage.cannot_reject.empty()) {
    text += fmt::format("; {} more can reject nothing", coverage.cannot_reject.size());
  }
  return text;
}

}  // namespace

std::string of(const LintReport& report, const Style& style) {
  std::string text;
  for (const std::string& warning : lines_of(report.warnings, "warning")) {
    text += style(Tone::caution, warning) + "\n";
  }
  text += untested_text(report.coverage);
  text += text.empty() ? "" : "\n";
  text += fmt::format("coverage  {}\n", coverage_text(report.coverage));
  if (const std::string weak = concessions_text(report.concessions); !weak.empty()) {
    text += fmt::format("weaker    {}\n", weak);
  }
  text += fmt::format(
      "lint      {} in {}\n",
      report.warnings.empty() ? "no warnings" : counted(report.warnings.size(), "warning"),
      counted(report.checks, "check"));
  return text;
}

}  // namespace baseline::human_report
