#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/replacement.hpp"
#include "store/session.hpp"

namespace baseline {

/// What a backup is, beside its data: `manifest.json` (docs/file-formats.md).
struct Manifest {
  std::string id;      ///< "20261121T023558Z-001"
  std::string reason;  ///< "deploy", "rollback", "failed-deploy", "failed-rollback", "manual"
  std::string when;    ///< RFC 3339: when it stopped being live
  std::string run;     ///< names::run_key() of the run that made it
  std::string host;
  std::string user;
  std::string tool;      ///< "baseline 0.1.0"
  std::string engine;    ///< "SQLite 3.40.1"
  std::string database;  ///< resolved path, bytes
  Payload payload;
  std::uint64_t page_size = 0;
  std::uint64_t page_count = 0;
  std::vector<TableRows> tables;
  std::string schema_digest;
  std::optional<std::string> revision;
  std::int64_t user_version = 0;
  std::int64_t application_id = 0;
  std::string owner;       ///< "user:group"
  std::string unreadable;  ///< why the engine could not read it, or empty
  std::string complaint;   ///< what the engine found wrong with what it could read, or empty
  std::string restored;    ///< RFC 3339: when `rollback --move` took the data away, or empty
};

/// As JSON text, indented, ending with a newline.
std::string to_json(const Manifest& manifest);

/// Throws Error{refused} when it is not a manifest: "FILE is damaged: …"; or when it names a file
/// outside the backup. `file` is for the message.
Manifest manifest_from_json(const std::string& text, const std::string& file);

}  // namespace baseline
