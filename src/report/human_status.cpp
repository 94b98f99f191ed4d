// The human texts of the commands that only look: status, history.
#include <fmt/format.h>

#include "base/text.hpp"
#include "report/human.hpp"

namespace baseline::human_report {
namespace {

std::string line(std::string_view label, const std::string& text) {
  return fmt::format("  {:<12} {}\n", label, text);
}

std::string verdict(const StatusReport& report, const Style& style) {
  if (!report.facts.exists) return style(Tone::caution, "missing");
  if (!report.facts.unreadable.empty()) return style(Tone::bad, report.facts.unreadable);
  if (report.facts.unsettled) {
    return style(Tone::caution,
                 "a crashed writer left a hot journal; deploy lets SQLite roll it back");
  }
  if (report.at_baseline) {
    return style(Tone::good, fmt::format("at baseline {}", printable(report.baseline_revision)));
  }
  return style(Tone::caution,
               fmt::format("not at baseline {}", printable(report.baseline_revision)));
}

std::string drift_text(const StatusReport& report) {
  constexpr std::size_t kShown = 20;
  std::string text = line("drift", counted(report.drift.size(), "difference"));
  for (std::size_t i = 0; i < report.drift.size() && i < kShown; ++i) {
    const SchemaDifference& one = report.drift[i];
    text += fmt::format("    {} {}{}\n", one.present_in_actual ? '+' : '-', printable(one.object),
                        one.text.empty() ? "" : ": " + printable(one.text));
  }
  if (report.drift.size() > kShown) {
    text += fmt::format("    … and {} more\n", report.drift.size() - kShown);
  }
  return text;
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
  text = line("interrupted", style(Tone::bad, fmt::format("a {} started {} was cut off: {}",
                                                          printable(intent.command),
                                                          printable(intent.started), text)));
  switch (interruption.application) {
    case ApplicationState::stopping:
    case ApplicationState::stopped:
      text += line("application",
                   style(Tone::bad, "that run had stopped it; baseline recover --start starts it"));
      break;
    case ApplicationState::started:
      text += line("application", "that run had started it again");
      break;
    case ApplicationState::untouched:
      break;
  }
  return text;
}

}  // namespace

std::string of(const StatusReport& report, const Style& style,
               const std::vector<SettingLine>& settings) {
  std::string text = fmt::format("{}: {}\n", printable(report.database), verdict(report, style));
  const DatabaseFacts& facts = report.facts;
  if (facts.exists) {
    text += line("content", leaving(facts));
    text += line("file", fmt::format("{} {:04o}, journal mode {}", facts.owner, facts.mode,
                                     facts.journal_mode.empty() ? "unknown" : facts.journal_mode));
    text += line("in use by", facts.holders.empty() ? "nobody that can be seen from here"
                                                    : describe(facts.holders));
  }
  if (!report.drift.empty()) text += drift_text(report);
  if (report.running) text += line("running", *report.running);
  if (report.interruption) text += interruption_text(*report.interruption, style);
  if (report.last) {
    text +=
        line("last", fmt::format("{} {}: {}", report.last->when, printable(report.last->command),
                                 printable(report.last->outcome)));
  }
  text += line("backups", fmt::format("{} in {}", report.backups.size(),
                                      printable(report.catalogue.native())));
  for (const std::string& warning : facts.warnings) {
    text += fmt::format("  {} {}\n", style(Tone::caution, "warning:"), warning);
  }
  if (!settings.empty()) text += "settings\n";
  for (const SettingLine& setting : settings) {
    text += fmt::format("  {:<12} {}  ({})\n", setting.name, setting.value, setting.source);
  }
  return text;
}

std::string of(const History& history) {
  std::string text;
  for (const HistoryLine& one : history.lines) {
    text += fmt::format("{}  {:<9} {:<29} {} → {}", printable(one.when), printable(one.command),
                        printable(one.outcome), one.from.empty() ? "-" : printable(one.from),
                        one.to.empty() ? "-" : printable(one.to));
    if (one.unavailable_us) {
      text +=
          fmt::format("  unavailable {}", duration(std::chrono::microseconds(*one.unavailable_us)));
    }
    text +=
        one.backup.empty() ? "  run " + printable(one.run) : "  backup " + printable(one.backup);
    text += "\n";
  }
  if (text.empty()) text = "no deploy or rollback yet\n";
  if (history.unreadable > 0) {
    text += fmt::format("{} could not be read (a power cut may tear the last line)\n",
                        counted(history.unreadable, "line"));
  }
  return text;
}

}  // namespace baseline::human_report
