#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "os/log_position.hpp"

namespace baseline {

/// How the old database becomes a backup.
enum class BackupStrategy {
  move,  ///< the old file itself, renamed: takes no time and no space
  copy,  ///< a second, independent file, made inside the window
};

/// What a run is about to do, in terms of any engine. It is kept in the journal so that any later
/// run can finish or undo it (docs/ARCHITECTURE.md, "Recovery").
struct Intent {
  std::string command;  ///< "deploy", "rollback"
  std::string started;  ///< RFC 3339
  std::string host;
  int pid = 0;
  std::string revision;   ///< of the new database; may be empty
  std::string migration;  ///< digest of what made the new database, for the history; may be empty

  std::string run;        ///< names::run_key(): what this run makes bears it
  std::string backup_id;  ///< of the old database; empty when there is none
  std::filesystem::path catalogue;
  BackupStrategy strategy = BackupStrategy::move;
  std::string manifest;  ///< JSON, as far as it is known before the old database is hashed

  std::vector<std::filesystem::path> also;  ///< directories for second copies of that backup

  std::string source_id;         ///< rollback: the backup, or the file, that goes live
  bool source_consumed = false;  ///< rollback --move: the backup itself goes live

  std::vector<LogPosition> logs;  ///< where the application's logs ended when the run began
};

/// Where an interrupted run stands.
enum class Position {
  untouched,    ///< the old database is live: undo
  swapped,      ///< the new database is live: finish
  undecidable,  ///< neither: a person must look
};

/// What a run did with the application, as far as its journal tells.
enum class ApplicationState {
  untouched,
  stopping,  ///< its command was about to run; what became of it is not known
  stopped,
  started,  ///< it was stopped, and started again
};

/// A run that goes on, or was cut off, and has no objection any more to the application's start.
struct Admission {
  Intent intent;
  bool replaced = false;  ///< the new database is live; else the run was undone
};

struct Interruption {
  Intent intent;
  Position position = Position::untouched;
  bool reverting = false;  ///< its checks had failed and it was about to swap back
  ApplicationState application = ApplicationState::untouched;
  std::string detail;  ///< undecidable: what was found where, with all paths
};

std::string_view to_string(BackupStrategy strategy);
std::string_view to_string(ApplicationState state);

/// Intent as JSON text and back. `from_json` throws Error{needs_person} on anything else.
std::string to_json(const Intent& intent);
Intent intent_from_json(const std::string& text);

}  // namespace baseline
