#include "store/sqlite/swap/online_backup.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/errors.hpp"

namespace baseline::sqlite {
namespace {

bool is_locked(int code) {
  return (code & kPrimaryCode) == SQLITE_BUSY || (code & kPrimaryCode) == SQLITE_LOCKED;
}

// For writing, as the application opens it: only so SQLite can bring in what a crashed writer left,
// and tidy up a -wal when this was the last connection. Nothing is written but by that.
SQLite::Database open_live_source(const std::filesystem::path& path) {
  return open_writing(path, Purpose::copy);
}

// Without a journal: a copy that fails is thrown away.
SQLite::Database open_copy_target(const std::filesystem::path& path) {
  SQLite::Database database = open_writing(path, Purpose::copy);
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  return database;
}

class OnlineCopy {
 public:
  OnlineCopy(SQLite::Database& source, SQLite::Database& target, const BackupPace& pace)
      : source_(source),
        backup_(sqlite3_backup_init(target.getHandle(), "main", source.getHandle(), "main"),
                &sqlite3_backup_finish),
        pace_(pace),
        slice_(pace.first_slice) {
    if (backup_ == nullptr) throw SQLite::Exception(target.getHandle());
  }

  // Reads for one slice. Returns SQLite's result code: SQLITE_DONE, SQLITE_OK when there is more to
  // do, or SQLITE_BUSY when somebody has it locked.
  int run_slice(const OnProgress& on_progress) {
    int code = begin();
    if (code != SQLITE_OK) return code;
    const auto end = SteadyClock::now() + slice_;
    do {
      code = step();
      if (code == SQLITE_OK && on_progress) on_progress(done_ * page_size_, total_ * page_size_);
    } while (code == SQLITE_OK && (is_wal_ || SteadyClock::now() < end));
    source_.exec("ROLLBACK");
    return code;
  }

  int restarts() const { return restarts_; }

 private:
  // As long as the transaction is open the source is as it was when it began.
  int begin() {
    try {
      source_.exec("BEGIN");
      read_first_page(source_);
      is_wal_ = is_wal(source_);
      page_size_ = static_cast<std::uint64_t>(source_.execAndGet("PRAGMA page_size").getInt64());
      return SQLITE_OK;
    } catch (const SQLite::Exception& error) {
      if (sqlite3_get_autocommit(source_.getHandle()) == 0) source_.exec("ROLLBACK");
      if (is_locked(error.getErrorCode())) return SQLITE_BUSY;
      throw;
    }
  }

  int step() {
    const int code = sqlite3_backup_step(backup_.get(), pace_.pages_per_step);
    if (code == SQLITE_DONE) return code;
    if (is_locked(code)) return SQLITE_BUSY;
    if (code != SQLITE_OK) throw SQLite::Exception(sqlite3_errstr(code), code);
    total_ = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup_.get()));
    const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup_.get()));
    // SQLite does not say that it began again, but then it has done no more than this one step.
    const std::uint64_t now_done = total_ - left;
    if (now_done <= done_) {
      ++restarts_;
      slice_ = std::min(slice_ * 2, pace_.longest_slice);
    }
    done_ = now_done;
    return code;
  }

  SQLite::Database& source_;
  std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> backup_;
  const BackupPace& pace_;
  std::chrono::milliseconds slice_;
  bool is_wal_ = false;
  std::uint64_t page_size_ = 0;
  std::uint64_t done_ = 0;   // pages
  std::uint64_t total_ = 0;  // pages
  int restarts_ = 0;
};

void copy(SQLite::Database& source, SQLite::Database& target, const std::filesystem::path& path,
          const Deadline& deadline, const OnProgress& on_progress, const BackupPace& pace) {
  constexpr std::chrono::milliseconds kPatience(5'000);
  OnlineCopy online(source, target, pace);
  Deadline for_lock = deadline.at_least(kPatience);
  for (;;) {
    stop_if_interrupted();
    const int code = online.run_slice(on_progress);
    if (code == SQLITE_DONE) return;
    if (code == SQLITE_OK) {
      for_lock = deadline.at_least(kPatience);
      sqlite3_sleep(static_cast<int>(pace.gap.count()));
    } else if (!for_lock.pause()) {
      throw Error(ErrorCode::in_use,
                  fmt::format("{} stays locked by another process", printable(path.native())),
                  "try again, or wait longer with --wait 5m");
    }
    if (online.restarts() > pace.restarts) {
      throw Error(ErrorCode::in_use,
                  fmt::format("{} was written to {} times while it was copied, and each time the "
                              "copy had to begin again",
                              printable(path.native()), online.restarts()),
                  "try again when less is written; or let the application use WAL mode (PRAGMA "
                  "journal_mode = WAL), in which a copy does not begin again");
    }
  }
}

}  // namespace

void online_backup(const std::filesystem::path& source, const std::filesystem::path& target,
                   const Deadline& deadline, const OnProgress& on_progress,
                   const BackupPace& pace) {
  try {
    SQLite::Database from = open_live_source(source);
    SQLite::Database to = open_copy_target(target);
    copy(from, to, source, deadline, on_progress, pace);
  } catch (const SQLite::Exception& exception) {
    const int extended = exception.getExtendedErrorCode();
    const int code = extended > 0 ? extended : exception.getErrorCode();
    if ((code & kPrimaryCode) == SQLITE_FULL) {
      throw Error(ErrorCode::io,
                  fmt::format("cannot write {}: the disk is full", printable(target.native())),
                  "free some space, or keep the backups elsewhere with --backups");
    }
    throw_unreadable(code, exception.what(), source);
  }
}

}  // namespace baseline::sqlite
