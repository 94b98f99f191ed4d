#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "store/migration.hpp"
#include "store/session.hpp"

namespace baseline {
struct FileSettings;
}

namespace baseline::sqlite {

/// Opens a database that others may be using: read-only, never writing the main file, waiting up to
/// 5 s for a lock. Throws Error{refused} when SQLite cannot read the file, Error{in_use} when it
/// stays locked, Error{io} on other trouble. `path` must be absolute.
std::unique_ptr<Session> open_live(const std::filesystem::path& path);

/// Opens a file that nobody else can have open (a candidate, a sealed backup): `immutable=1`, so no
/// lock is taken and no -wal or -shm appears beside it. Errors as open_live().
std::unique_ptr<Session> open_immutable(const std::filesystem::path& path);

/// Applies the migration in one transaction to a fresh private database under the authorizer (no
/// ATTACH, no transaction control, nothing outside the database). Throws Error{usage} with
/// FILE:LINE:COLUMN when a statement fails, is not allowed, or there is none. The file settings are
/// those that the migration has at its head, and else SQLite's own.
std::unique_ptr<Session> apply_migration(const Migration& migration);

/// What apply_migration() made, `reference`, with the file settings of `old` where the migration
/// has none of its own; null when it has all of them already. Throws as that.
std::unique_ptr<Session> adapted(Session& reference, const Migration& migration,
                                 const FileSettings& old);

/// A copy of `reference` (from apply_migration) that is a live database to its users.
std::unique_ptr<Session> live_copy(Session& reference);

/// Hands out the bytes of the database file that `reference` (from apply_migration) would be, all
/// at once. False, and nothing is handed out, when they are too many to be held in memory: then
/// save() makes the file.
bool with_bytes(Session& reference, const std::function<void(std::string_view bytes)>& take);

}  // namespace baseline::sqlite
