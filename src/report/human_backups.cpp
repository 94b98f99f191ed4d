// The human texts of the commands on the catalogue of backups.
#include <fmt/format.h>

#include <set>

#include "base/names.hpp"
#include "base/text.hpp"
#include "report/human.hpp"
#include "report/layout.hpp"

namespace baseline::human_report {
namespace {

// "40s", "12m", "3h", "5d", "2y": how long ago in one short word.
std::string age_text(std::chrono::system_clock::duration age) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  if (seconds < 0) return "-";  // the clock was set back
  struct Unit {
    std::int64_t seconds;
    const char* name;
    std::int64_t below;
  };
  constexpr Unit kUnits[] = {{1, "s", 60}, {60, "m", 60}, {3'600, "h", 48}, {86'400, "d", 1'000}};
  for (const Unit& unit : kUnits) {
    if (seconds / unit.seconds < unit.below) {
      return fmt::format("{}{}", seconds / unit.seconds, unit.name);
    }
  }
  return fmt::format("{}y", seconds / (std::int64_t{365} * 86'400));
}

std::string since(const std::string& when, std::chrono::system_clock::time_point now) {
  const auto time = parse_rfc3339(when);
  return time ? age_text(now - *time) : "?";
}

std::string row_count_text(const Manifest& manifest) {
  constexpr std::uint64_t kExact = 100'000;
  std::uint64_t rows = 0;
  for (const TableRows& table : manifest.tables) {
    if (!table.rows) return "?";
    rows += *table.rows;
  }
  if (rows < kExact) return human_count(rows);
  return rows < 10'000'000 ? fmt::format("{} k", rows / 1'000)
                           : fmt::format("{} M", rows / 1'000'000);
}

std::string damage_of(const CatalogueEntry& entry) {
  return entry.damage.empty() ? entry.record.damage : entry.damage;
}

std::string state_of(const CatalogueEntry& entry, std::chrono::system_clock::time_point now) {
  if (entry.unread) return "unread";
  if (!damage_of(entry).empty()) return "DAMAGED";
  if (!entry.manifest->restored.empty()) return "restored";
  if (entry.unsealed) return "not sealed";
  if (!entry.sealed) return "no seal";
  if (entry.record.verified.empty()) return "sealed";
  return "verified " + since(entry.record.verified, now);
}

using TextRow = std::vector<std::string>;

TextRow backup_row(const CatalogueEntry& entry, std::chrono::system_clock::time_point now) {
  const std::string state = state_of(entry, now);
  const std::string id = printable(entry.id);
  if (!entry.manifest) return {id, "?", "?", "?", "?", "?", "?", state};
  const Manifest& manifest = *entry.manifest;
  return {id,
          since(manifest.when, now),
          printable(manifest.reason),
          printable(manifest.revision.value_or("-")),
          human_size(manifest.payload.size),
          row_count_text(manifest),
          manifest.payload.moved ? "move" : "copy",
          state};
}

std::string warnings_of(const std::vector<std::string>& warnings, const Style& style) {
  std::string text;
  for (const std::string& warning : warnings) {
    text += fmt::format("{} {}\n", style(Tone::caution, "warning:"), printable_lines(warning));
  }
  return text;
}

bool has_several_databases(const std::vector<CatalogueEntry>& entries) {
  std::set<std::string> databases;
  for (const CatalogueEntry& entry : entries) {
    if (entry.manifest) databases.insert(entry.manifest->database);
  }
  return databases.size() > 1;
}

std::string outcome_of(const VerifiedBackup& backup, const Style& style) {
  if (backup.restored) return "moved back into place: there is nothing left to verify";
  if (backup.problems.empty()) return style(Tone::good, "whole");
  return style(Tone::bad, "DAMAGED") + ": " + printable(join(backup.problems, "; "));
}

}  // namespace

std::string of(const BackupsListReport& report, const Style& style) {
  const std::string directory = printable(report.directory.native());
  if (report.backups.empty() && report.unfinished.empty()) {
    return fmt::format("no backups in {}\n", directory);
  }
  std::vector<TextRow> rows;
  for (const CatalogueEntry& entry : report.backups) rows.push_back(backup_row(entry, report.now));
  std::string text = table({{"ID"},
                            {.head = "AGE", .right = true},
                            {"REASON"},
                            {.head = "REVISION", .least = 8},
                            {.head = "SIZE", .right = true},
                            {.head = "ROWS", .right = true},
                            {"KEPT"},
                            {"STATE"}},
                           rows, style.columns());
  const bool shared = has_several_databases(report.backups);
  // What does not fit into a line of the table.
  for (const CatalogueEntry& entry : report.backups) {
    const std::string id = printable(entry.id);
    if (shared && entry.manifest) {
      text += fmt::format("{} of {}\n", id, printable(entry.manifest->database));
    }
    if (entry.unread) {
      text += fmt::format("{} could not be read: {}\n", id, printable(entry.damage));
    } else if (const std::string damage = damage_of(entry); !damage.empty()) {
      text += fmt::format("{} {}: {}\n", id, style(Tone::bad, "DAMAGED"), printable(damage));
    } else if (!entry.manifest->restored.empty()) {
      text += fmt::format("{} moved back into place {}\n", id, printable(entry.manifest->restored));
    }
    if (entry.unsealed) {
      text += fmt::format("{} {} yet: baseline backups verify seals it\n", id,
                          style(Tone::caution, "not sealed"));
    }
    for (const CopyRecord& copy : entry.record.copies) {
      const std::string where = printable(copy.directory);
      text += copy.made.empty()
                  ? fmt::format("{} {} in {}: {}\n", id, style(Tone::caution, "no copy"), where,
                                copy.problem.empty() ? "not made yet" : printable(copy.problem))
                  : fmt::format("{} copy in {}\n", id, where);
    }
  }
  for (const std::string& key : report.unfinished) {
    if (key.rfind(names::kRemovedPrefix, 0) == 0) {
      text += fmt::format("{:<22} being removed: baseline backups prune finishes it\n",
                          printable(key.substr(names::kRemovedPrefix.size())));
      continue;
    }
    text += fmt::format("{:<22} unfinished: a run was cut off, or is under way\n", printable(key));
  }
  return text;
}

std::string of(const BackupsVerifyReport& report, const Style& style) {
  std::string text;
  std::size_t damaged = 0;
  for (const VerifiedBackup& backup : report.backups) {
    text += fmt::format("{}  {}\n", printable(backup.entry.id), outcome_of(backup, style));
    if (!backup.problems.empty()) ++damaged;
  }
  text += warnings_of(report.warnings, style);
  const std::string directory = printable(report.directory.native());
  if (report.backups.empty()) return text + fmt::format("no backups in {}\n", directory);
  if (damaged == 0) {
    return text + fmt::format("{} {} in {}\n", style(Tone::good, "verified:"),
                              counted(report.backups.size(), "backup"), directory);
  }
  return text + fmt::format("{} {} of {} in {}\n", style(Tone::bad, "damaged:"), damaged,
                            counted(report.backups.size(), "backup"), directory);
}

std::string of(const BackupsCreateReport& report, const Style& style) {
  const Manifest& manifest = report.backup->manifest;
  return fmt::format("{} a backup of {}\n", style(Tone::good, "created:"),
                     printable(report.database)) +
         labelled("backup",
                  fmt::format("{}\n{}, {}", printable(report.backup->directory.native()),
                              human_size(manifest.payload.size),
                              manifest.revision ? "revision " + printable(*manifest.revision)
                                                : std::string("no revision"))) +
         warnings_of(report.warnings, style);
}

std::string of(const ExportReport& report, const Style& style) {
  const Manifest& manifest = report.backup.manifest;
  return fmt::format("{} {}\n", style(Tone::good, "exported:"), printable(report.file.native())) +
         labelled("backup",
                  fmt::format(
                      "{}\n{}{}, sha256 {}…", manifest.id, human_size(manifest.payload.size),
                      report.packed ? ", packed to " + human_size(report.written) : std::string(),
                      manifest.payload.sha256.substr(0, 12)));
}

std::string leaving(const PruneReport& report) {
  std::string text;
  for (const PrunedBackup& one : report.removed) {
    text += fmt::format("  {}  {:<15} {}\n", printable(one.entry.id),
                        printable(one.entry.manifest->reason), human_size(one.bytes));
  }
  return fmt::format("{} of {} leave, and {} are freed:\n",
                     counted(report.removed.size(), "backup"), printable(report.directory.native()),
                     human_size(report.freed)) +
         text;
}

std::string of(const PruneReport& report, const Style& style) {
  if (report.outcome == Outcome::declined) return "not confirmed; nothing was removed\n";
  const bool dry = report.outcome == Outcome::would_do;
  std::string text;
  for (const PrunedBackup& one : report.removed) {
    text += fmt::format("{}  {}, {}\n", printable(one.entry.id),
                        dry ? "would be removed" : "removed", human_size(one.bytes));
  }
  for (const PrunedBackup& one : report.kept) {
    text += fmt::format("{}  kept: {}\n", printable(one.entry.id), one.why_kept);
  }
  if (report.others > 0) {
    text += fmt::format("{} left alone: of another database, or the manifest cannot be read\n",
                        counted(report.others, "backup"));
  }
  if (report.removed.empty()) return text + "nothing to remove\n";
  return text + fmt::format("{} {}, {}{}\n", style(Tone::good, dry ? "would prune:" : "pruned:"),
                            counted(report.removed.size(), "backup"), human_size(report.freed),
                            dry ? "; nothing was changed" : "");
}

}  // namespace baseline::human_report
