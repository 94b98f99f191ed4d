#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "os/file_system.hpp"
#include "os/log_position.hpp"

namespace baseline {

/// One line of the history: a deploy, a rollback or a recovery that came to an end.
struct HistoryLine {
  std::string when;     ///< RFC 3339
  std::string run;      ///< names::run_key() of the run, which may have been recovered later
  std::string command;  ///< "deploy", "rollback", "recover"
  std::string
      outcome;  ///< "done", "checks failed", "undone", "finished", "kept despite failed checks"
  std::string database;  ///< resolved path, bytes
  std::string from;      ///< revision before, or empty
  std::string to;        ///< revision after, or empty; that before when nothing was replaced
  std::string backup;    ///< id of the backup that was made, or empty
  std::string source;    ///< rollback: id of the backup that went live
  std::string user;
  std::string host;
  std::optional<std::int64_t> unavailable_us;  ///< length of the window, microseconds
  std::vector<LogPosition> logs;  ///< where the application's logs ended when the run began
};

struct History {
  std::vector<HistoryLine> lines;  ///< oldest first
  std::size_t unreadable = 0;      ///< lines that could not be read (a torn last line)
};

/// Reads `history.jsonl` of a catalogue; a missing one is empty. Lines that cannot be read are
/// counted, never fatal: a power cut may tear the last one.
History read_history(const std::filesystem::path& catalogue);

/// Whether names that are made are synced by themselves.
enum class NewNames {
  synced,
  /// They are left to the sync of the file: ext4, xfs and btrfs make the names on the way to a new
  /// file durable with it. Elsewhere a power cut can take the file: not for data.
  with_their_file,
};

/// Appends a line, durably. A torn last line before it is closed with a newline.
void append_history(FileSystem& files, const Directory& catalogue, const HistoryLine& line,
                    NewNames new_names = NewNames::synced);

/// Where the logs of a database ended when the last run that knows of them began: for each path the
/// newest record. Whatever came of that run, the application was stopped for it.
std::vector<LogPosition> recorded_logs(const History& history, const std::string& database);

/// One line of JSON without a newline.
std::string to_json(const HistoryLine& line);

}  // namespace baseline
