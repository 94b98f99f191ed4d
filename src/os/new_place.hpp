#pragma once

#include <filesystem>

namespace baseline {

/// Refuses a place for a file or directory of the user's that a database or a run would take for
/// its own: NAME-wal, NAME-shm or NAME-journal beside a file NAME, the name of a run's own file, or
/// a place among backups. `path` is absolute; the directories above it that are still to be made
/// are looked at, too. Throws Error{usage}.
void require_own_place(const std::filesystem::path& path);

/// The same of the name alone: the place may be among backups.
void require_own_name(const std::filesystem::path& path);

}  // namespace baseline
