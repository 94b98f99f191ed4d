#pragma once

#include <functional>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/history.hpp"

namespace baseline {

/// Which records of a catalogue are those of one database. A catalogue may serve several databases.
/// The one beside a database is its own, though the path may read differently there (in a
/// container, after a move).
struct RecordedAs {
  std::string path;     ///< of the database: resolved, bytes
  bool beside = false;  ///< the catalogue is the one beside it

  bool matches(const std::string& recorded_path) const;
};

/// What a catalogue knows of the runs on one database. Without a history nothing is known of a
/// deploy that made no backup.
class PastRuns {
 public:
  PastRuns(const History& history, RecordedAs database);

  /// Takes the newest backup of a deploy or rollback into account, when the history has no line for
  /// the run that made it: the history was lost, or torn.
  void add_unrecorded(const std::vector<CatalogueEntry>& entries);

  /// The last run that left a line, or null.
  const HistoryLine* last() const { return lines_.empty() ? nullptr : &lines_.back(); }

  /// Where the logs of the application ended when the last run that knows of them began: for each
  /// path the newest record. Whatever came of that run, the application was stopped for it.
  std::vector<LogPosition> logs() const;

  /// The run that put the live database there, or null.
  const HistoryLine* last_completed() const;

  /// The last deploy that was completed, or null.
  const HistoryLine* last_deploy() const;

  /// The run that a rollback has to answer, or null: the last one, but not a rollback that replaced
  /// nothing, for that one is to be repeated.
  const HistoryLine* last_telling() const;

  /// The run that had put a database there which is a backup now, or null: nothing is known of it,
  /// or it is what was there before the first run.
  const HistoryLine* origin_of(const std::string& backup) const;

 private:
  const HistoryLine* newest(const std::function<bool(const HistoryLine&)>& matches) const;

  RecordedAs database_;
  std::vector<HistoryLine> lines_;  ///< oldest first
};

}  // namespace baseline
