// Prometheus' text format, for node_exporter's textfile collector.
#include <fmt/format.h>

#include "base/text.hpp"
#include "report/report_kinds.hpp"
#include "report/result_text.hpp"

namespace baseline {
namespace {

// printable() has left no line feed, which would be the third character to escape.
std::string label(std::string_view name, std::string_view value) {
  std::string text;
  for (const char c : printable(value)) {
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return fmt::format("{}=\"{}\"", name, text);
}

// The collector takes the files of a directory as one, so every series has to say whose it is.
std::string run_labels(const CheckRun& run) {
  return label("command", run.command) + "," + label("database", run.database);
}

std::string family(std::string_view name, std::string_view help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

std::string check_status(const CheckRun& run) {
  std::string text = family("baseline_check_status",
                            "Whether a check passed (1) or not (0); none for a skipped one.");
  result_text::Distinct distinct;
  for (const SuiteReport& report : run.phases) {
    for (const CheckResult& result : report.results) {
      if (result.status == Status::skip) continue;
      const std::string check =
          label("suite", result.check->suite) + "," + label("check", result.check->name);
      const std::string phase = label("phase", to_string(report.phase));
      // A series that is there twice would make the collector refuse the whole file.
      const std::string own = distinct(check + phase, printable(result.case_label));
      text += fmt::format("baseline_check_status{{{},{},{},{},{}}} {}\n", run_labels(run), check,
                          label("case", own), label("severity", to_string(result.check->severity)),
                          phase, result.status == Status::pass ? 1 : 0);
    }
  }
  return text;
}

std::string check_metrics(const CheckRun& run) {
  std::string text = family("baseline_checks", "How many checks of a phase ended with a status.");
  for (const SuiteReport& report : run.phases) {
    for (const Status status :
         {Status::pass, Status::fail, Status::error, Status::warn, Status::skip}) {
      text += fmt::format("baseline_checks{{{},{},{}}} {}\n", run_labels(run),
                          label("status", to_string(status)),
                          label("phase", to_string(report.phase)), report.count(status));
    }
  }
  return text;
}

}  // namespace

std::string prometheus_report(const CheckRun& run) {
  const auto of_run = [&](std::string_view name, std::string_view help, const std::string& value) {
    return family(name, help) + fmt::format("{}{{{}}} {}\n", name, run_labels(run), value);
  };
  std::string text;
  if (!run.phases.empty()) text += check_status(run) + check_metrics(run);
  if (run.exit_code) {
    text += of_run("baseline_run_exit_code", "The exit code of the run; 0 is success.",
                   fmt::format("{}", *run.exit_code));
  }
  if (run.replaced && run.replaced->backup) {
    const bool sealed = !run.replaced->backup->manifest.payload.sha256.empty();
    text += of_run("baseline_backup_sealed",
                   "Whether the backup of the run was sealed (1) when it ended, or not yet (0).",
                   sealed ? "1" : "0");
  }
  text += of_run("baseline_run_duration_seconds", "How long the run took.",
                 fmt::format("{:.6f}", std::chrono::duration<double>(run.took).count()));
  text += of_run("baseline_run_timestamp_seconds", "When the run began.",
                 fmt::format("{}", std::chrono::duration_cast<std::chrono::seconds>(
                                       run.started.time_since_epoch())
                                       .count()));
  return text;
}

}  // namespace baseline
