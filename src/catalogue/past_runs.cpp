#include "catalogue/past_runs.hpp"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <utility>

#include "base/names.hpp"

namespace baseline {
namespace {

bool made_by_replacement(const Manifest& manifest) {
  return manifest.reason == "deploy" || manifest.reason == "rollback";
}

// As its line would tell it.
HistoryLine line_of_backup(const Manifest& manifest) {
  HistoryLine line;
  line.when = manifest.when;
  line.run = manifest.run;
  line.command = manifest.reason;
  line.outcome = "done";
  line.database = manifest.database;
  line.from = manifest.revision.value_or("");
  line.backup = manifest.id;
  line.kind = manifest.reason == "rollback" ? RunKind::rollback : RunKind::deploy;
  line.replaced = true;
  return line;
}

// The key of a run begins with the id that was the next free one.
std::uint64_t sequence_of_run(const HistoryLine& line) {
  return names::sequence_of(line.run.substr(0, line.run.rfind('-'))).value_or(0);
}

}  // namespace

bool RecordedAs::matches(const std::string& recorded_path) const {
  namespace fs = std::filesystem;
  return recorded_path == path ||
         (beside && fs::path(recorded_path).filename() == fs::path(path).filename());
}

PastRuns::PastRuns(const History& history, RecordedAs database) : database_(std::move(database)) {
  for (const HistoryLine& line : history.lines) {
    if (database_.matches(line.database)) lines_.push_back(line);
  }
}

void PastRuns::add_unrecorded(const std::vector<CatalogueEntry>& entries) {
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const auto& entry) {
    return entry.manifest && made_by_replacement(*entry.manifest) &&
           database_.matches(entry.manifest->database);
  });
  if (newest == entries.rend()) return;
  const Manifest& manifest = *newest->manifest;
  const bool is_recorded = std::ranges::any_of(
      lines_, [&](const HistoryLine& line) { return line.replaced && line.backup == manifest.id; });
  if (is_recorded) return;
  // A run that replaced nothing bears the number that the next one gets: it may come before.
  const bool is_newer = lines_.empty() || sequence_of_run(lines_.back()) <=
                                              names::sequence_of(manifest.id).value_or(0);
  if (is_newer) lines_.push_back(line_of_backup(manifest));
}

std::vector<LogPosition> PastRuns::logs() const {
  std::vector<LogPosition> out;
  for (const HistoryLine& line : std::views::reverse(lines_)) {
    for (const LogPosition& position : line.logs) {
      const auto same = std::ranges::find(out, position.path, &LogPosition::path);
      if (same == out.end()) out.push_back(position);
    }
  }
  return out;
}

const HistoryLine* PastRuns::newest(const std::function<bool(const HistoryLine&)>& matches) const {
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), matches);
  return found == lines_.rend() ? nullptr : &*found;
}

const HistoryLine* PastRuns::last_completed() const {
  return newest([](const HistoryLine& line) { return line.replaced; });
}

const HistoryLine* PastRuns::last_deploy() const {
  return newest(
      [](const HistoryLine& line) { return line.replaced && line.kind == RunKind::deploy; });
}

const HistoryLine* PastRuns::last_telling() const {
  return newest(
      [](const HistoryLine& line) { return line.replaced || line.kind == RunKind::deploy; });
}

const HistoryLine* PastRuns::origin_of(const std::string& backup) const {
  const auto number = names::sequence_of(backup);
  const HistoryLine* origin = nullptr;
  for (const HistoryLine& line : lines_) {
    if (!line.replaced) continue;
    // This run replaced it, or came later.
    if (!line.backup.empty() && names::sequence_of(line.backup) >= number) break;
    origin = &line;
  }
  return origin;
}

}  // namespace baseline
