#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace baseline {

/// One baseline migration: SQL that makes the new database out of nothing (docs/migration.md).
struct Migration {
  std::string revision;  ///< the part of the file name before the first '_'
  std::string file;      ///< for messages: the path as given, or "built-in NAME"
  std::string sql;
  /// How long it may take, and how large a database it may make. The baseline itself has no bounds;
  /// a file that a suite names has, for nobody may have looked at it.
  struct Bounds {
    std::chrono::milliseconds timeout;
    std::uint64_t bytes;
  };
  std::optional<Bounds> bounds = std::nullopt;
};

/// Reads REVISION_slug.sql. Throws Error{usage} when the file is missing, not a regular file,
/// larger than 16 MiB, not UTF-8, or its name gives no revision.
Migration load_migration(const std::filesystem::path& path);

/// SHA-256 of its SQL, in hex: which migration it is, whatever its file is called.
std::string digest_of(const Migration& migration);

/// The migration that is built in.
Migration builtin_migration();

}  // namespace baseline
