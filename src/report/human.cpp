#include "report/human.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "pipeline/application.hpp"
#include "report/checks_text.hpp"
#include "report/columns.hpp"
#include "report/layout.hpp"

namespace baseline::human_report {
std::string warnings_text(const std::vector<std::string>& warnings, const Style& style) {
  std::string text;
  for (const std::string& warning : warnings) {
    text += fmt::format("  {} {}\n", style(Tone::caution, "warning:"), printable_lines(warning));
  }
  return text;
}

namespace {

struct RowTotal {
  std::uint64_t rows = 0;
  bool complete = true;
};

RowTotal total_rows(const std::vector<TableRows>& tables) {
  RowTotal sum;
  for (const TableRows& table : tables) {
    sum.rows += table.rows.value_or(0);
    sum.complete = sum.complete && table.rows.has_value();
  }
  return sum;
}

// "668 KiB, 9 732 rows in 4 tables"
std::string size_text(const DatabaseFacts& facts) {
  std::string text = human_size(facts.size);
  if (!facts.unreadable.empty()) return text + ", unreadable";
  if (facts.unsettled) return text;
  const RowTotal sum = total_rows(facts.tables);
  return text + fmt::format(", {}{} in {}", sum.complete ? "" : "at least ",
                            counted(sum.rows, "row"), counted(facts.tables.size(), "table"));
}

// A line for each, below what stands before.
std::string table_lines(const std::vector<TableRows>& tables) {
  std::string text;
  std::size_t widest = 0;
  for (const TableRows& table : tables) {
    widest = std::max(widest, columns_of(printable(table.table)));
  }
  for (const TableRows& table : tables) {
    text += fmt::format("\n{}  ", padded(printable(table.table), widest));
    text += table.rows
                ? fmt::format("{:>10} row{}", human_count(*table.rows), *table.rows == 1 ? "" : "s")
                : "not counted";
  }
  return text;
}

std::string backup_text(const FiledBackup& backup) {
  if (backup.manifest.payload.sha256.empty()) {
    return fmt::format("{}\nmoved, not sealed yet: baseline backups verify seals it",
                       printable(backup.directory.native()));
  }
  return fmt::format("{}\n{}, sha256 {}…", printable(backup.directory.native()),
                     backup.manifest.payload.moved ? "moved" : "copied",
                     backup.manifest.payload.sha256.substr(0, 12));
}

std::string revision_text(const std::optional<std::string>& revision) {
  return revision ? "revision " + printable(*revision) : "no revision";
}

// What a rollback puts back, and whose it is.
std::string source_text(const ReplaceReport& report) {
  if (!report.source) return report.source_id;
  const BackupContent& source = *report.source;
  return fmt::format("{}\nof {}: {}, {}{}", report.source_id, printable(source.database),
                     human_size(source.size), revision_text(source.revision),
                     table_lines(source.tables));
}

std::string done_text(const ReplaceReport& report, const Style& style) {
  const std::string path = printable(report.database);
  if (report.command == "rollback") {
    return fmt::format("{} {} is back at the backup {}{}\n", style(Tone::good, "rolled back:"),
                       path, report.source_id,
                       report.revision.empty() ? "" : ", revision " + printable(report.revision));
  }
  return fmt::format("{} {} is at baseline {}\n", style(Tone::good, "deployed:"), path,
                     printable(report.revision));
}

std::string failed_text(const ReplaceReport& report, const Style& style) {
  const std::string path = printable(report.database);
  if (report.kept_despite_failure && report.command == "rollback") {
    return fmt::format("{} {} is back at the backup {}, but the application did not start\n",
                       style(Tone::bad, "failed:"), path, report.source_id);
  }
  if (report.kept_despite_failure) {
    return fmt::format("{} {}, and the new database was kept at {}\n", style(Tone::bad, "failed:"),
                       what_failed(report.after), path);
  }
  if (report.command == "rollback" && report.swapped_back) {
    return fmt::format("{} the application's old version could not be put back; {} is as it was\n",
                       style(Tone::bad, "failed:"), path);
  }
  if (report.swapped_back) {
    return fmt::format("{} {} on the new database; the old one is back at {}\n",
                       style(Tone::bad, "failed:"), what_failed(report.after), path);
  }
  return fmt::format("{} checks failed before the swap; {} was not touched\n",
                     style(Tone::bad, "failed:"), path);
}

std::string window_text(const ReplaceReport& report) {
  // Nobody can have missed what was not there.
  if (!report.unavailable || !report.old.exists) return {};
  return fmt::format("unavailable for {} (old database: {})\n", duration(*report.unavailable),
                     size_text(report.old));
}

// The checks that the window did not wait for.
std::string deferred_text(const ReplaceReport& report) {
  const std::size_t count = report.after ? report.after->deferred() : 0;
  if (count == 0) return {};
  return fmt::format("\n{} for the application", counted(count, "check waits", "checks wait"));
}

// What a cut-off run means for the application.
std::string left_by(ApplicationState state, const Style& style, const TypedOptions& typed) {
  switch (state) {
    case ApplicationState::stopping:
    case ApplicationState::stopped:
      return labelled("application",
                      style(Tone::bad, "the run had stopped it, and it may not be running")) +
             labelled("next", "baseline recover --start" + typed.backups);
    case ApplicationState::started:
      return labelled("application", "the run had started it again");
    case ApplicationState::untouched:
      break;
  }
  return {};
}

// A failed hook that is no check is told with its output; a check tells it by itself.
std::string application_text(const std::optional<ApplicationReport>& report, const Style& style) {
  if (!report) return {};
  const std::string time =
      report->stopped_for ? fmt::format(", {} after it was stopped", duration(*report->stopped_for))
                          : std::string();
  if (report->running) return labelled("application", "started" + time);
  if (report->by_hand) return labelled("application", "stopped for this run; start it by hand");
  return labelled("application", style(Tone::bad, "NOT RUNNING: it was stopped, and not started"));
}

// The command that puts this very backup back, whatever happens until it is typed.
std::string rollback_to(std::string_view label, const std::string& id, const TypedOptions& typed) {
  return labelled(label, fmt::format("baseline rollback{} --to {}", typed.backups, printable(id)));
}

// A rollback that has nothing to do tells why, and how to go on from there.
std::string idle_text(const ReplaceReport& report, const TypedOptions& typed) {
  return fmt::format("nothing to do: {}\n", report.idle) +
         (report.way_on.empty()
              ? std::string()
              : rollback_to(report.source_id.empty() ? "undo" : "redo", report.way_on, typed));
}

// The next command to type.
std::string next_text(const ReplaceReport& report, const TypedOptions& typed) {
  const bool running = report.application && report.application->running;
  const std::string again = (report.command == "deploy" ? typed.all : typed.backups) + typed.manner;
  std::string undo =
      report.backup ? rollback_to("undo", report.backup->manifest.id, typed) : std::string();
  switch (report.outcome) {
    case Outcome::done:
      if (report.command == "rollback") {
        return (running ? "" : labelled("next", "start the application")) +
               (report.backup ? rollback_to("redo", report.backup->manifest.id, typed) : "");
      }
      return labelled("next", fmt::format("{}baseline verify{}{}",
                                          running ? "" : "start the application, then: ",
                                          typed.checks, deferred_text(report))) +
             undo;
    case Outcome::would_do:
      return labelled("next", fmt::format("baseline {}{}", report.command, again));
    case Outcome::checks_failed: {
      if (report.kept_despite_failure) return undo;
      const bool stopped = report.swapped_back && !report.application;
      return labelled("next",
                      fmt::format("{}mend what failed, then: baseline {}{}",
                                  stopped ? "start the application on the old database;\n" : "",
                                  report.command, again));
    }
    case Outcome::would_wait:
      return labelled("next",
                      "stop what uses the database, then: baseline " + report.command + again);
    case Outcome::declined:
    case Outcome::nothing_to_do:
      return {};
  }
  return {};
}

// Only where it is not the usual one.
std::string engine_text(const ReplaceReport& report) {
  if (report.exchange.exchange == Exchange::swap) return {};
  std::string text = labelled("engine", "in-place: " + report.exchange.why);
  for (const std::string& consequence : report.exchange.consequences) {
    text += labelled("", consequence);
  }
  return text;
}

std::string plan_text(const ReplaceReport& report, const Style& style) {
  std::string text = fmt::format(
      "{} {} of {}{}\n", style(Tone::strong, "plan:"), report.command, printable(report.database),
      report.revision.empty() ? "" : fmt::format(" to revision {}", printable(report.revision)));
  if (!report.source_id.empty()) text += labelled("from backup", source_text(report));
  if (!report.old.exists) {
    text += labelled("old", "none: the database will be created");
  } else {
    text += labelled("leaves", content_of(report.old));
    text += engine_text(report);
    text +=
        labelled("backup", fmt::format("{}: {}", to_string(report.plan.strategy), report.plan.why));
  }
  if (report.settings) {
    const std::string file = unusual_settings(*report.settings, report.old.settings);
    if (!file.empty()) text += labelled("file", file);
  }
  if (report.old.exists) {
    text += labelled("space", fmt::format("{} needed for the backup, {} free",
                                          human_size(report.plan.space_needed),
                                          human_size(report.plan.space_free)));
  }
  if (!report.old.holders.empty()) {
    const bool is_stopped = !report.planned.empty() && report.planned.front().hook == "stop";
    text += labelled("in use by", describe(report.old.holders) +
                                      (is_stopped ? "" : "; stop it before the window"));
  } else if (report.old.exists) {
    text += labelled("in use by", "nobody that can be seen from here");
  }
  for (const HookRun& hook : report.planned) text += labelled("would " + hook.hook, hook.command);
  return text;
}

}  // namespace

std::string duration(std::chrono::nanoseconds time) {
  const double ms = std::chrono::duration<double, std::milli>(time).count();
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 1000) return fmt::format("{:.0f} ms", ms);
  if (ms < 60'000) return fmt::format("{:.1f} s", ms / 1000);
  return fmt::format("{:.0f} min {:.0f} s", std::floor(ms / 60'000), std::fmod(ms, 60'000) / 1000);
}

std::string content_of(const DatabaseFacts& facts) {
  return size_text(facts) + ", " + revision_text(facts.revision) + table_lines(facts.tables);
}

std::string unusual_settings(const FileSettings& settings, const FileSettings& old) {
  // Those of a file that SQLite makes when it is told nothing.
  static const FileSettings usual{"UTF-8", 4096, "none", "delete"};
  const auto before = old.items();
  const auto expected = usual.items();
  std::string text;
  std::size_t i = 0;
  for (const auto& [name, value] : settings.items()) {
    const bool changes = !before.at(i).value.empty() && before.at(i).value != value;
    const bool is_shown = !value.empty() && (changes || value != expected.at(i).value);
    if (is_shown) {
      text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", name,
                          changes ? before.at(i).value + " becomes " : "", value);
    }
    ++i;
  }
  return text;
}

std::string leaving(const ReplaceReport& plan) {
  const std::string comes = plan.command == "rollback"
                                ? "the backup " + source_text(plan)
                                : "an empty database at baseline " + printable(plan.revision);
  return printable(plan.database) + "\n" +
         labelled("leaves", content_of(plan.old) + "\nIt is kept as a backup.") +
         labelled("comes", comes);
}

std::string missing(const ReplaceReport& plan) {
  return warnings_text(plan.warnings, Style(false)) +
         fmt::format("no database at {}; ", printable(plan.database));
}

std::string of(const ReplaceReport& report, const Style& style, const TypedOptions& typed) {
  if (report.outcome == Outcome::nothing_to_do) {
    if (!report.idle.empty())
      return idle_text(report, typed) + warnings_text(report.warnings, style);
    return fmt::format("already at baseline {}; nothing to do\n", printable(report.revision)) +
           (report.application ? application_text(report.application, style) +
                                     warnings_text(report.warnings, style)
                               : "");
  }
  if (report.outcome == Outcome::declined) return "not confirmed; nothing was changed\n";
  std::string text;
  const bool is_plan = report.outcome == Outcome::would_do || report.outcome == Outcome::would_wait;
  if (is_plan) text += plan_text(report, style);
  for (const auto& suite : {report.before, report.after}) {
    if (suite) text += checks_text(*suite, style);
  }
  switch (report.outcome) {
    case Outcome::done:
      text += done_text(report, style);
      break;
    case Outcome::checks_failed:
      text += failed_text(report, style);
      break;
    case Outcome::would_wait:
      text += fmt::format("{} {}; nothing was changed\n", style(Tone::caution, "in use:"),
                          printable(report.database));
      break;
    case Outcome::would_do:
      text += "nothing was changed\n";
      break;
    case Outcome::declined:
    case Outcome::nothing_to_do:
      break;
  }
  text += window_text(report);
  if (!is_plan && !report.old.exists) text += labelled("old", "none: there was no database");
  if (report.recovered_crash) {
    text +=
        labelled("recovered", "SQLite brought in what a crashed writer had left (WAL or journal)");
  }
  if (report.outcome != Outcome::would_do) text += engine_text(report);
  if (report.backup) text += labelled("backup", backup_text(*report.backup));
  if (report.failed_backup) text += labelled("failed one", backup_text(*report.failed_backup));
  for (const CopyRecord& copy : report.copies) {
    if (!copy.problem.empty()) continue;
    text += labelled("copy", printable(copy.directory) +
                                 (copy.made.empty() ? ": made when the backup is sealed" : ""));
  }
  if (report.pruned && !report.pruned->removed.empty()) {
    text +=
        labelled("pruned", fmt::format("{}, {}", counted(report.pruned->removed.size(), "backup"),
                                       human_size(report.pruned->freed)));
  }
  text += application_text(report.application, style);
  text += next_text(report, typed);
  text += warnings_text(report.warnings, style);
  if (report.late_signal != 0) {
    text +=
        "  the signal came too late: the new database was live already, so the run was "
        "finished\n";
  }
  return text;
}

std::string of(const VerifyReport& report, const Style& style, const TypedOptions& typed) {
  std::string text = checks_text(*report.after, style);
  const std::string path = printable(report.database);
  if (report.outcome == Outcome::done) {
    return text + fmt::format("{} {} passes its checks\n", style(Tone::good, "verified:"), path);
  }
  return text +
         fmt::format("{} {} does not pass its checks; nothing was changed\n",
                     style(Tone::bad, "failed:"), path) +
         (report.other_revision.empty()
              ? ""
              : labelled("revision", fmt::format("{}: not baseline {}, whose checks these are",
                                                 printable(report.other_revision),
                                                 printable(report.revision)))) +
         (report.way_back.empty()
              ? ""
              : labelled("undo",
                         fmt::format("stop the application, then: baseline rollback{} --to {}",
                                     typed.backups, printable(report.way_back))));
}

namespace {

bool was_removed(const Leftover& left) { return left.why_kept.empty(); }

}  // namespace

std::string of(const RecoverReport& report, const Style& style, const TypedOptions& typed) {
  const std::string path = printable(report.database);
  std::string text = fmt::format("nothing to recover at {}\n", path);
  if (report.recovered) {
    const RecoveryReport& run = *report.recovered;
    text = fmt::format("recovered: the {} of {} was {}; {} is the {} database\n", run.command,
                       run.started, run.finished ? "finished" : "undone", path,
                       run.finished ? "new" : "old");
    if (run.backup) text += labelled("backup", backup_text(*run.backup));
    if (!report.application) text += left_by(run.application, style, typed);
  } else if (std::ranges::any_of(report.leftovers, was_removed)) {
    text = fmt::format("recovered: what other commands had left of {} was removed\n", path);
  }
  for (const Leftover& left : report.leftovers) {
    const std::string file = printable(left.path.native());
    text += was_removed(left)
                ? labelled("removed", fmt::format("{}: {}", file, left.what))
                : labelled("left", fmt::format("{}: {}", file, printable(left.why_kept)));
  }
  text += application_text(report.application, style);
  if (!report.application || report.application->running) return text;
  const HookRun& last = report.application->hooks.back();
  text += labelled("", fmt::format("{} ({})", last.got, last.command));
  return last.output.empty() ? text : text + printable_lines(last.output) + "\n";
}

std::string of(const Error& error, const Style& style) {
  std::string text;
  for (const std::string& problem : lines_of(error.problems(), "error")) text += problem + "\n";
  text += fmt::format("baseline: {} {}\n", style(Tone::bad, "error:"), error.what());
  for (const std::string& note : error.notes()) {
    text += fmt::format("  note: {}\n", note);
  }
  if (!error.hint().empty()) {
    text += fmt::format("  {} {}\n", style(Tone::strong, "hint:"), error.hint());
  }
  return text;
}

}  // namespace baseline::human_report
