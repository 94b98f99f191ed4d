#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "os/file_system.hpp"
#include "os/log_position.hpp"

namespace baseline {

/// What kind of run a line of the history is about, also where a recovery ended it.
enum class RunKind { deploy, rollback };

/// One line of the history: a deploy or a rollback that came to an end, by itself or by a recovery.
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
  RunKind kind = RunKind::deploy;
  bool replaced = false;  ///< the run was completed: what it brought is live
  /// Digest of the migration that made what went live (digest_of() in store/migration.hpp); for a
  /// rollback, of the one that had once made it. Empty: not known, or nothing was replaced.
  std::string migration;
  std::string sha256;  ///< of the file that went live; empty: not known, or nothing was replaced
  std::optional<std::int64_t> unavailable_us;  ///< length of the window, microseconds
  std::vector<LogPosition> logs;  ///< where the application's logs ended when the run began
};

struct History {
  std::vector<HistoryLine> lines;  ///< oldest first
  std::size_t unreadable = 0;      ///< lines that could not be read (a torn last line)
};

/// Reads `history.jsonl` of a catalogue; a missing one is empty. Lines that cannot be read are
/// counted, never fatal: a power cut may tear the last one.
History read_history(const Catalogue& catalogue);
/// The same of a catalogue that is open.
History read_history(const Directory& catalogue);

/// Appends a line, durable when this returns, also where it makes the file. A torn last line before
/// it is closed with a newline.
void append_history(FileSystem& files, const Directory& catalogue, const HistoryLine& line);

/// One line of JSON without a newline.
std::string to_json(const HistoryLine& line);

}  // namespace baseline
