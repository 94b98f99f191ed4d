#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "catalogue/history.hpp"
#include "checks/result.hpp"
#include "store/schema.hpp"
#include "store/store.hpp"

namespace baseline {

/// How a command ended, when it did not end in an Error. The exit code follows from it.
enum class Outcome {
  done,
  nothing_to_do,
  would_do,       ///< --dry-run: it would go through
  would_wait,     ///< --dry-run: somebody uses the database
  declined,       ///< the operator was asked and said no; nothing was changed
  checks_failed,  ///< the old database is (back) in place, or was kept as --on-failure says
};

/// A backup that a run made.
struct FiledBackup {
  Manifest manifest;
  std::filesystem::path directory;
};

/// One command of the application's that a run has run.
struct HookRun {
  std::string hook;     ///< "stop", "start", "revert"
  std::string command;  ///< as configured, on one line
  bool good = false;
  bool was_run = true;  ///< false: there is no such program
  std::string got;      ///< "exit 0", "still running after 2m; killed"
  std::string output;   ///< its last lines, when it was not good
  std::chrono::nanoseconds took{};
};

/// What a run did with the application.
struct ApplicationReport {
  bool running = false;  ///< its start went well; false: it was stopped, and does not run
  bool by_hand = false;  ///< all went well, and no command that starts it is configured
  std::vector<HookRun> hooks;
  std::optional<std::chrono::nanoseconds> stopped_for;  ///< from the stop to the end of the start
};

/// What recovery found and did.
struct RecoveryReport {
  std::string command;    ///< the interrupted one
  std::string started;    ///< RFC 3339
  bool finished = false;  ///< true: the new database is live; false: undone, the old one is live
  std::optional<FiledBackup> backup;
  ApplicationState application = ApplicationState::untouched;  ///< what the run had done with it
};

/// A second copy of a backup that is not there.
struct MissingCopy {
  std::string id;  ///< of the backup
  std::filesystem::path directory;
  std::string why;
};

/// What `recover` did.
struct RecoverReport {
  std::string database;
  std::optional<RecoveryReport> recovered;
  std::vector<Leftover> leftovers;               ///< of other commands; removed, but for a reason
  std::optional<ApplicationReport> application;  ///< --start
  Outcome outcome = Outcome::done;
};

/// A backup that `backups prune` removed, or kept.
struct PrunedBackup {
  CatalogueEntry entry;
  std::string why_kept;     ///< empty: it was removed
  std::uint64_t bytes = 0;  ///< that it took
};

/// What `backups prune` did or, with --dry-run, would do.
struct PruneReport {
  std::filesystem::path directory;
  Outcome outcome = Outcome::done;
  std::vector<PrunedBackup> removed;  ///< oldest first
  std::vector<PrunedBackup> kept;     ///< oldest first
  std::size_t others = 0;             ///< entries of other databases, or whose manifest is damaged
  std::uint64_t freed = 0;            ///< bytes
};

/// What a backup holds, and whose it is, for those who are to put it back.
struct BackupContent {
  std::string database;  ///< the path that it was live at, bytes; of a file from elsewhere: its own
  std::optional<std::string> revision;
  std::vector<TableRows> tables;
  std::uint64_t size = 0;  ///< bytes
};

/// What `deploy` or `rollback` did or, with --dry-run, would do.
struct ReplaceReport {
  std::string command;  ///< "deploy", "rollback"
  Outcome outcome = Outcome::done;
  std::string database;
  std::string revision;   ///< of the database that goes live; may be empty for a rollback
  std::string source_id;  ///< rollback: the backup that goes live
  std::optional<BackupContent>
      source;  ///< what it holds, as far as that is known without unpacking
  /// nothing_to_do: why a rollback has nothing to do. And `way_on` is the backup that takes it
  /// further then: what the last run has replaced.
  std::string idle;
  std::string way_on;
  DatabaseFacts old;
  std::optional<Schema> schema;          ///< of the database that goes live, where it was read
  std::optional<FileSettings> settings;  ///< of its file, where a migration makes it
  ExchangePlan exchange;
  BackupPlan plan;
  std::optional<RecoveryReport> recovered;
  std::optional<SuiteReport> before;
  std::optional<SuiteReport> after;
  std::optional<FiledBackup> backup;         ///< of the old database
  std::vector<CopyRecord> copies;            ///< second copies of it
  std::optional<PruneReport> pruned;         ///< where the settings say which backups to keep
  std::optional<FiledBackup> failed_backup;  ///< of a new database that somebody wrote to
  std::optional<std::chrono::nanoseconds> unavailable;  ///< the window
  std::string ready;  ///< when the application could start on the new database: RFC 3339, or empty
  bool swapped_back = false;
  bool kept_despite_failure = false;
  bool recovered_crash = false;  ///< a crashed writer's WAL or journal was brought in
  std::optional<ApplicationReport> application;
  std::vector<HookRun> planned;  ///< --dry-run: the commands that would be run, in their order
  std::vector<std::string> warnings;
  int late_signal = 0;  ///< a signal that came after the swap
};

struct VerifyReport {
  std::string database;
  std::string revision;
  std::optional<SuiteReport> after;
  std::string other_revision;  ///< of the database, where it is not the baseline's
  Outcome outcome = Outcome::done;
  std::string way_back;  ///< id of the backup of what the last run replaced, or empty
};

struct StatusReport {
  std::string database;
  DatabaseFacts facts;
  std::string baseline_revision;
  std::string migration;  ///< file, or "built-in NAME"
  bool at_baseline = false;
  std::vector<SchemaDifference> drift;
  std::optional<std::string> running;
  std::optional<Interruption> interruption;
  std::vector<Leftover> leftovers;  ///< where no run is under way
  std::vector<MissingCopy> missing_copies;
  std::filesystem::path catalogue;
  std::vector<CatalogueEntry> backups;  ///< of this database, oldest first; or of an unknown one
  std::size_t other_backups = 0;        ///< of other databases, in a catalogue for several
  std::optional<HistoryLine> last;
};

/// What `backups list` shows.
struct BackupsListReport {
  std::filesystem::path directory;
  std::vector<CatalogueEntry> backups;  ///< oldest first
  std::vector<std::string> unfinished;
  std::chrono::system_clock::time_point now;  ///< what ages are counted from
};

/// What `backups create` made.
struct BackupsCreateReport {
  std::string database;
  std::optional<FiledBackup> backup;
  std::vector<std::string> warnings;
};

/// What `backups export` wrote.
struct ExportReport {
  FiledBackup backup;
  std::filesystem::path file;  ///< empty: stdout
  bool packed = false;
  std::uint64_t written = 0;  ///< bytes
};

/// What `backups verify` found of one backup.
struct VerifiedBackup {
  CatalogueEntry entry;
  std::vector<std::string> problems;  ///< empty: every bit is as it was sealed
  bool restored = false;              ///< its data went back into place: there is nothing to verify
};

struct BackupsVerifyReport {
  std::filesystem::path directory;
  std::vector<VerifiedBackup> backups;
  std::vector<std::string> warnings;
  Outcome outcome = Outcome::done;
};

}  // namespace baseline
