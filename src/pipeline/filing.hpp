#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// The manifest of the old database, as far as it is known before it is hashed.
Manifest draft_manifest(const Context& context, const std::string& id, const std::string& reason,
                        const std::string& run, const DatabaseFacts& facts);

/// Where these logs end now. Taken when the application has let go of the database and is therefore
/// stopped: what it writes on its way down belongs to its former life.
std::vector<LogPosition> positions_now(const std::vector<std::string>& logs);

/// An intent with everything but what is the command's own.
Intent make_intent(const Context& context, const std::string& command, const std::string& started,
                   const DatabaseFacts& old, const BackupPlan& plan);

/// Whether the draft of the manifest tells what is in the old database, or what was in it before
/// somebody wrote to it once more: then the manifest is made from the backup itself.
enum class DraftContent { current, outdated };

/// D8: copies the frozen database into the catalogue.
void copy_backup(const Context& context, Replacement& replacement, const Intent& intent,
                 DraftContent draft);

/// Replacement::swap_back() with the copy that copy_backup() made, if it did. Throws as that.
void put_old_back(const Context& context, Replacement& replacement, const Intent& intent,
                  const Deadline& deadline);

/// Makes the manifest tell what is in the file now. `time`: for counting rows.
void look_again(const Context& context, const Directory& entry, const Payload& payload,
                std::chrono::milliseconds time, Manifest& manifest);

/// D13 and D15: makes the old database a backup, sealed unless `sealing` puts that off (sealing.hpp
/// does it then). What an interrupted run did of it is kept. Nothing when there was no old
/// database.
std::optional<FiledBackup> file_backup(const Context& context, Replacement& replacement,
                                       const Intent& intent, DraftContent draft, Sealing sealing);

/// Removes everything that a run made before its swap: candidate and unfinished backup. Files
/// a candidate that was live and that somebody wrote to, and returns that backup.
std::optional<FiledBackup> undo(const Context& context, Replacement& replacement,
                                const Intent& intent);

/// What the history tells of a run.
struct RunEnd {
  std::string command;    ///< the one that ends it: "deploy", or "recover" for an interrupted one
  std::string outcome;    ///< in words
  bool replaced = false;  ///< the new database is live
  std::optional<FiledBackup> backup = {};  ///< of the old one
  std::optional<std::chrono::nanoseconds> unavailable = {};
  std::string sha256 = {};  ///< of the file that went live
};

/// Appends a line to the history, durably.
void record(const Context& context, const Intent& intent, const RunEnd& end);

/// Whether the history has a line already that tells that the run was completed.
bool is_recorded(const Context& context, const Intent& intent);

}  // namespace baseline
