#pragma once

#include <chrono>
#include <filesystem>

#include "os/clock.hpp"
#include "os/copy.hpp"

namespace baseline::sqlite {

/// How a copy of a database in use shares it with those who use it. In WAL mode nobody waits for
/// anybody, and none of this matters but the size of a step. In the other modes a reader keeps
/// writers from committing, so the copy reads for a slice of time, lets go, and goes on; a write in
/// between makes it begin again (https://www.sqlite.org/backup.html).
struct BackupPace {
  std::chrono::milliseconds first_slice{50};
  /// Each time the copy has to begin again the slice is doubled, up to this: less than half of the
  /// 5 s that applications usually wait for a lock.
  std::chrono::milliseconds longest_slice{2'000};
  std::chrono::milliseconds gap{20};  ///< between two slices
  int pages_per_step = 256;
  int restarts = 10;  ///< so often it begins again before it gives up
};

/// Copies the database at `source`, which may be in use, into the empty file `target`, as of one
/// moment, with SQLite's online backup API. Does not sync. Waits for locks until `deadline`, at
/// least 5 s. Throws Error{in_use} when it stays locked or is written to all the time,
/// Error{refused} when SQLite cannot read it, Error{io}; and whatever `on_progress` throws.
void online_backup(const std::filesystem::path& source, const std::filesystem::path& target,
                   const Deadline& deadline, const OnProgress& on_progress,
                   const BackupPace& pace = {});

}  // namespace baseline::sqlite
