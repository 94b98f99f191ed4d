// The human texts of the commands that only look: status, history.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "report/human.hpp"
#include "report/layout.hpp"

namespace baseline::human_report {
namespace {

std::string verdict(const StatusReport& report, const Style& style) {
  if (!report.facts.exists) return style(Tone::caution, "missing");
  if (!report.facts.unreadable.empty()) return style(Tone::bad, report.facts.unreadable);
  if (report.facts.unsettled) {
    return style(
        Tone::caution,
        "a crashed writer left a hot journal; the next start of the application rolls it back");
  }
  if (report.at_baseline) {
    return style(Tone::good, fmt::format("at baseline {}", printable(report.baseline_revision)));
  }
  return style(Tone::caution,
               fmt::format("not at baseline {}", printable(report.baseline_revision)));
}

std::string drift_text(const StatusReport& report) {
  constexpr std::size_t kShown = 20;
  std::string text =
      counted(report.drift.size(), "difference") + " (- is missing, + is not in the baseline)";
  for (std::size_t i = 0; i < report.drift.size() && i < kShown; ++i) {
    const SchemaDifference& one = report.drift[i];
    text += fmt::format("\n{} {}{}", one.present_in_actual ? '+' : '-', printable(one.object),
                        one.text.empty() ? "" : ": " + printable(one.text));
  }
  if (report.drift.size() > kShown) {
    text += fmt::format("\n… and {} more", report.drift.size() - kShown);
  }
  return labelled("drift", text);
}

std::string interruption_text(const Interruption& interruption, const Style& style) {
  const Intent& intent = interruption.intent;
  std::string text;
  switch (interruption.position) {
    case Position::untouched:
      text = "the old database is live; baseline recover will undo it";
      break;
    case Position::swapped:
      text = interruption.reverting
                 ? "its checks had failed; baseline recover will put the old back"
                 : "the new database is live; baseline recover will finish it";
      break;
    case Position::undecidable:
      text = interruption.detail;
      break;
  }
  text = labelled("interrupted", style(Tone::bad, fmt::format("a {} started {} was cut off: {}",
                                                              printable(intent.command),
                                                              printable(intent.started), text)));
  switch (interruption.application) {
    case ApplicationState::stopping:
    case ApplicationState::stopped:
      text +=
          labelled("application",
                   style(Tone::bad, "that run had stopped it; baseline recover --start starts it"));
      break;
    case ApplicationState::started:
      text += labelled("application", "that run had started it again");
      break;
    case ApplicationState::untouched:
      break;
  }
  return text;
}

// The command that most likely comes now.
std::string status_next_text(const StatusReport& report, const TypedOptions& typed) {
  if (report.running) return {};
  if (report.interruption) return labelled("next", "baseline recover" + typed.backups);
  const auto removable = [](const Leftover& left) { return left.why_kept.empty(); };
  if (report.at_baseline && std::ranges::any_of(report.leftovers, removable)) {
    return labelled("next", "baseline recover" + typed.backups);
  }
  if (report.at_baseline && !report.missing_copies.empty()) {
    std::set<std::string> directories;
    for (const MissingCopy& copy : report.missing_copies) directories.insert(copy.directory);
    std::string command = "baseline backups verify" + typed.backups;
    for (const std::string& directory : directories)
      command += " --also " + shell_quoted(directory);
    return labelled("next", command + " tries again to make the copy");
  }
  if (report.at_baseline && std::ranges::any_of(report.backups, &CatalogueEntry::unsealed)) {
    return labelled("next", fmt::format("baseline backups verify{} seals it", typed.backups));
  }
  if (report.at_baseline) return {};
  return labelled("next", fmt::format("baseline plan{} tells what a deploy would do", typed.all));
}

std::vector<std::string> history_row(const HistoryLine& line,
                                     const std::vector<std::string>& unsealed, bool with_database) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : printable(text); };
  const std::string time =
      line.unavailable_us ? duration(std::chrono::microseconds(*line.unavailable_us)) : "-";
  std::vector<std::string> row{
      printable(line.when),
      printable(line.command),
      or_dash(line.from),
      or_dash(line.to),
      time,
      line.backup.empty() ? "run " + printable(line.run) : printable(line.backup),
      printable(line.outcome) +
          (std::ranges::count(unsealed, line.backup) > 0 ? ", backup not sealed yet" : "")};
  if (with_database) row.push_back(printable(line.database));
  return row;
}

}  // namespace

std::string of(const StatusReport& report, const Style& style, const TypedOptions& typed,
               const std::vector<SettingLine>& settings) {
  std::string text = fmt::format("{}: {}\n", printable(report.database), verdict(report, style));
  const DatabaseFacts& facts = report.facts;
  if (facts.exists) {
    text += labelled("content", content_of(facts));
    FileSettings rest = facts.settings;
    const std::string mode = std::exchange(rest.journal_mode, {});
    const std::string unusual = unusual_settings(rest);
    text += labelled(
        "file", fmt::format("{} {:04o}, journal mode {}{}{}", facts.owner, facts.mode,
                            mode.empty() ? "unknown" : mode, unusual.empty() ? "" : ", ", unusual));
    text += labelled("in use by", facts.holders.empty() ? "nobody that can be seen from here"
                                                        : describe(facts.holders));
  }
  if (!report.drift.empty()) text += drift_text(report);
  if (report.running) text += labelled("running", *report.running);
  if (report.interruption) text += interruption_text(*report.interruption, style);
  if (report.last) {
    text += labelled("last",
                     fmt::format("{} {}: {}", report.last->when, printable(report.last->command),
                                 printable(report.last->outcome)));
  }
  const std::string others = report.other_backups > 0
                                 ? fmt::format(", and {} of other databases", report.other_backups)
                                 : std::string();
  text += labelled("backups", fmt::format("{} in {}{}", report.backups.size(),
                                          printable(report.catalogue.native()), others));
  for (const std::string& id : unsealed_ids(report.backups)) {
    text += labelled("not sealed", printable(id));
  }
  for (const MissingCopy& copy : report.missing_copies) {
    text +=
        labelled("no copy", fmt::format("of {} in {}: {}", printable(copy.id),
                                        printable(copy.directory.native()), printable(copy.why)));
  }
  for (const Leftover& left : report.leftovers) {
    text += labelled("leftover",
                     fmt::format("{}: {}", printable(left.path.native()),
                                 left.why_kept.empty() ? left.what + "; baseline recover removes it"
                                                       : printable(left.why_kept)));
  }
  text += status_next_text(report, typed);
  for (const std::string& warning : facts.warnings) {
    text += fmt::format("  {} {}\n", style(Tone::caution, "warning:"), printable_lines(warning));
  }
  if (!settings.empty()) text += "settings\n";
  for (const SettingLine& setting : settings) {
    text += fmt::format("  {:<12} {}  ({})\n", setting.name, setting.value, setting.source);
  }
  return text;
}

std::string of(const History& history, const std::vector<std::string>& unsealed,
               const Style& style) {
  std::string text = "no deploy or rollback yet\n";
  if (!history.lines.empty()) {
    // A catalogue may be that of several databases.
    const bool several = std::ranges::any_of(history.lines, [&](const HistoryLine& line) {
      return line.database != history.lines.front().database;
    });
    std::vector<std::vector<std::string>> rows;
    for (const HistoryLine& line : history.lines)
      rows.push_back(history_row(line, unsealed, several));
    std::vector<TableColumn> columns{{"WHEN"},
                                     {"COMMAND"},
                                     {.head = "FROM", .least = 6},
                                     {.head = "TO", .least = 6},
                                     {.head = "WINDOW", .right = true},
                                     {.head = "BACKUP OR RUN"},
                                     {.head = "OUTCOME", .least = 8}};
    if (several) columns.push_back({.head = "DATABASE", .least = 12});
    text = table(columns, rows, style.columns());
  }
  if (history.unreadable > 0) {
    text += fmt::format("{} could not be read (a power cut may tear the last line)\n",
                        counted(history.unreadable, "line"));
  }
  return text;
}

}  // namespace baseline::human_report
