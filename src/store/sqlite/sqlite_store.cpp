#include "store/sqlite/sqlite_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/modes.hpp"
#include "os/mounts.hpp"
#include "os/process.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/swap/content_digest.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/freeze.hpp"
#include "store/sqlite/swap/in_place_replacement.hpp"
#include "store/sqlite/swap/litestream.hpp"
#include "store/sqlite/swap/online_backup.hpp"
#include "store/sqlite/swap/own_companions.hpp"
#include "store/sqlite/swap/run_lock.hpp"
#include "store/sqlite/swap/swap_record.hpp"
#include "store/sqlite/swap/swap_replacement.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

// The one value of a statement of ours, or NULL.
Value value_of(Session& session, std::string_view sql) {
  const QueryOutcome outcome = session.query(sql, {}, {});
  if (outcome.failure || outcome.rows.empty()) return {};
  return outcome.rows.front().front();
}

std::int64_t integer_of(Session& session, std::string_view sql) {
  const Value value = value_of(session, sql);
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

// As far as the time goes; what keeps SQLite from looking at all is a complaint, too.
std::string complaint_of(Session& session, std::chrono::milliseconds within) {
  constexpr std::size_t kMostComplaints = 5;
  const QueryOutcome outcome = session.query("PRAGMA quick_check", {}, {within, kMostComplaints});
  if (outcome.failure) {
    const bool is_busy = outcome.failure->kind == SqlFailure::Kind::timeout ||
                         outcome.failure->kind == SqlFailure::Kind::busy;
    return is_busy ? std::string() : outcome.failure->message;
  }
  std::vector<std::string> found;
  for (const std::vector<Value>& row : outcome.rows) {
    if (const auto* text = std::get_if<std::string>(&row.front())) found.push_back(*text);
  }
  return found == std::vector<std::string>{"ok"} ? std::string() : join(found, "; ");
}

void describe_content(Session& session, const LookOptions& options, DatabaseFacts& facts) {
  facts.page_count = static_cast<std::uint64_t>(integer_of(session, "PRAGMA page_count"));
  facts.user_version = integer_of(session, "PRAGMA user_version");
  facts.application_id = integer_of(session, "PRAGMA application_id");
  facts.settings = session.file_settings();
  facts.revision = session.revision();
  facts.schema = session.schema();
  if (options.count_rows_for.count() > 0) {
    facts.tables = session.count_rows(options.count_rows_for);
  }
  if (options.complaint_for.count() > 0) {
    facts.complaint = complaint_of(session, options.complaint_for);
  }
}

// The directory itself, or the nearest one above it that exists.
fs::path existing_part(fs::path directory) {
  std::error_code error;
  while (!fs::exists(directory, error) && directory.has_parent_path() &&
         directory != directory.parent_path()) {
    directory = directory.parent_path();
  }
  return directory;
}

// Why a backup in `directory` would be gone before the database; empty: it would not, or nobody can
// tell. A container's own files go with it, and what is mounted into it stays.
std::string why_passing(const Target& target, const fs::path& directory, std::uint64_t mount) {
  if (!target.directory.contains(target.name)) return {};
  const std::uint64_t own = mount_id(target.directory.fd(), target.name.c_str());
  if (own == mount) return {};
  const auto database = mount_of(own);
  const auto backups = mount_of(mount);
  if (!database || !backups || !outlives(*database, *backups)) return {};
  return fmt::format(
      "{} is on {}, which goes with its container, while {} is mounted from elsewhere",
      printable(directory.native()), printable(backups->filesystem),
      printable(target.resolved.native()));
}

}  // namespace

SqliteStore::SqliteStore(FileSystem& files, const fs::path& database, EngineChoice choice)
    : files_(files), target_(resolve(database)), choice_(choice) {}

std::string SqliteStore::engine() const { return fmt::format("SQLite {}", sqlite3_libversion()); }

std::string SqliteStore::location() const { return target_.resolved.native(); }

fs::path SqliteStore::default_catalogue() const {
  return target_.directory / names::catalogue(target_.name);
}

Owners SqliteStore::owners() const { return target_.directory.owners(); }

bool SqliteStore::exists() { return target_.directory.contains(target_.name); }

DatabaseFacts SqliteStore::look(const LookOptions& options) {
  DatabaseFacts facts;
  facts.warnings = warnings_about(target_);
  facts.space_free = space_free(target_.directory);
  const auto status = target_.directory.status(target_.name);
  if (!status) return facts;
  require_own_companions(target_);
  facts.exists = true;
  facts.size = static_cast<std::uint64_t>(status->st_size);
  facts.modified = modified_at(*status);
  if (const auto wal = target_.directory.status(names::wal(target_.name))) {
    facts.wal_size = static_cast<std::uint64_t>(wal->st_size);
  }
  facts.owner = owner_name(status->st_uid, status->st_gid);
  facts.mode = status->st_mode & kPermissionBits;
  if (options.holders) facts.holders = holders_of(*status);
  try {
    describe_content(*sqlite::open_live(target_.resolved), options, facts);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    // A hot journal cannot be brought in by a reader; that the file is unreadable is not said.
    // What is no database at all is never given to SQLite, which would remove what lies beside it.
    facts.unsettled = has_hot_journal(target_) && has_database_header(target_);
    if (!facts.unsettled) {
      facts.unreadable = error.what();
      const auto file = target_.directory.open_file(target_.name, false);
      if (file) facts.settings = settings_in_header(*file);
    }
  }
  // What it has read, SQLite can open; and what it makes of a hot journal, the file without that
  // does not tell.
  if (!facts.unreadable.empty() || may_only_be_read(target_.directory, target_.name)) {
    facts.bytes_only = why_bytes_only(target_.directory, target_.name);
  }
  if (auto warning = litestream_warning(target_, facts.schema, facts.holders)) {
    facts.warnings.push_back(*std::move(warning));
  }
  return facts;
}

ExchangePlan SqliteStore::plan_exchange() {
  ExchangePlan plan = sqlite::plan_exchange(target_, choice_);
  exchange_ = plan.exchange;
  return plan;
}

Journal SqliteStore::journal() const {
  return {files_, target_.directory, names::journal(target_.name),
          names::journal_temporary(target_.name)};
}

std::optional<Interruption> SqliteStore::interruption() {
  const auto state = read_journal(journal());
  if (!state) return {};
  return judge(target_, *state);
}

std::optional<Admission> SqliteStore::admission() {
  const auto state = read_journal(journal());
  if (!state || !state->admitted_new) return {};
  return Admission{state->intent, *state->admitted_new};
}

std::vector<Leftover> SqliteStore::leftovers() {
  std::vector<Leftover> found;
  const auto look_for = [&](const std::string& name, const char* what) -> Leftover* {
    if (!target_.directory.contains(name)) return nullptr;
    Leftover& left = found.emplace_back(Leftover{target_.directory / name, what});
    try {
      target_.directory.require_obeyed(name);
    } catch (const Error& not_ours) {
      left.why_kept = not_ours.what();
    }
    return &left;
  };
  look_for(names::journal(target_.name), "the journal of a run");
  look_for(names::journal_temporary(target_.name), "a journal that was being written");
  look_for(names::restoring(target_.name), "a file that was being put back");
  const auto candidate = target_.directory.status(names::candidate(target_.name));
  Leftover* const left = look_for(names::candidate(target_.name), "the candidate of a run");
  if (left != nullptr && left->why_kept.empty() && candidate && candidate->st_size > 0) {
    left->why_kept = "no journal tells what it is, and it may be a whole database: look at it";
  }
  if (Leftover* const displaced = look_for(names::displaced(target_.name), "another program's")) {
    displaced->why_kept = "it was put where a run kept the old database: look at it";
  }
  return found;
}

std::optional<std::string> SqliteStore::running() { return RunLock::holder(target_); }

std::unique_ptr<Session> SqliteStore::open_live() {
  require_own_companions(target_);
  return sqlite::open_live(target_.resolved);
}

std::unique_ptr<Session> SqliteStore::open_backup(const fs::path& file) {
  return open_immutable(file);
}

DatabaseFacts SqliteStore::look_at(const fs::path& file, const LookOptions& options) {
  DatabaseFacts facts;
  const Directory directory = Directory::open(file.parent_path());
  const auto status = directory.status(file.filename().native());
  if (!status) return facts;
  facts.exists = true;
  facts.size = static_cast<std::uint64_t>(status->st_size);
  facts.owner = owner_name(status->st_uid, status->st_gid);
  facts.mode = status->st_mode & kPermissionBits;
  try {
    describe_content(*open_backup(file), options, facts);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) throw;
    facts.unreadable = error.what();
  }
  facts.bytes_only = why_bytes_only(directory, file.filename().native());
  return facts;
}

Payload SqliteStore::back_up(const Directory& entry, const Deadline& deadline,
                             const OnProgress& on_progress) {
  // All descriptors of the live file are closed before SQLite opens it: closing one later would
  // drop SQLite's locks on it.
  if (!has_database_header(target_)) {
    throw Error(ErrorCode::refused, fmt::format("SQLite cannot read {}: file is not a database",
                                                printable(target_.resolved.native())));
  }
  keep_what_is_replaced(target_);
  files_.create(entry, target_.name, kPrivateFile);
  online_backup(target_.resolved, entry / target_.name, deadline, on_progress);
  const auto copy = entry.open_file(target_.name, true);
  if (!copy) throw_errno("open", (entry / target_.name).native());
  files_.set_mode(*copy, kSealedFile);
  files_.sync(*copy);
  // From the disk, not from memory.
  ::posix_fadvise(copy->fd(), 0, 0, POSIX_FADV_DONTNEED);
  Payload payload;
  payload.name = target_.name;
  payload.size = static_cast<std::uint64_t>(copy->status().st_size);
  payload.sha256 = hash_file(*copy, on_progress);
  return payload;
}

BackupPlan SqliteStore::plan_backup(BackupChoice choice, const fs::path& catalogue) {
  require_own_companions(target_);
  const fs::path directory = existing_part(catalogue);
  const auto status = target_.directory.status(target_.name);
  const auto wal = target_.directory.status(names::wal(target_.name));
  // What a crashed writer left in the WAL goes into the file before it is copied.
  const std::uint64_t size = (status ? static_cast<std::uint64_t>(status->st_size) : 0) +
                             (wal ? static_cast<std::uint64_t>(wal->st_size) : 0);
  // rename(2) does not cross mounts, even of one filesystem.
  const std::uint64_t mount = mount_id(AT_FDCWD, directory.c_str());
  const bool same_mount = mount_id(target_.directory.fd(), "") == mount;
  BackupPlan plan;
  plan.passing = why_passing(target_, directory, mount);
  plan.space_free = space_free(Directory::open(directory));
  if (choice == BackupChoice::move && exchange_ == Exchange::in_place) {
    throw Error(ErrorCode::refused,
                fmt::format("the old database cannot be moved away: {} stays the same file",
                            printable(location())),
                "use --backup copy");
  }
  if (choice == BackupChoice::move && !same_mount) {
    throw Error(ErrorCode::refused,
                fmt::format("the old database cannot be moved to {}: it is on another filesystem",
                            printable(catalogue.native())),
                "use --backup copy, or a --backups directory beside the database");
  }
  if (choice == BackupChoice::copy || !same_mount || exchange_ == Exchange::in_place) {
    plan.strategy = BackupStrategy::copy;
    plan.space_needed = size;
    plan.why = choice == BackupChoice::copy
                   ? "asked for with --backup copy; its time is in the window"
               : !same_mount
                   ? "the backups are on another filesystem; the copy's time is in the window"
                   : "the content is replaced in the same file; the copy's time is in the window";
    return plan;
  }
  plan.why = "the old file itself becomes the backup, in no time";
  return plan;
}

std::unique_ptr<Replacement> SqliteStore::hold(const RunIdentity& identity,
                                               const Deadline& deadline) {
  target_.directory.require_private();
  std::shared_ptr<RunLock> lock = lock_.lock();
  if (!lock) {
    require_owner(target_, choice_);
    share_with_group(target_);
    lock = std::make_shared<RunLock>(files_, target_, identity.command, identity.started, deadline);
    lock_ = lock;
  }
  // An interrupted run is recovered by the engine that began it.
  const auto state = read_journal(journal());
  switch (state ? state->exchange : exchange_) {
    case Exchange::swap:
      return std::make_unique<SwapReplacement>(files_, target_, std::move(lock));
    case Exchange::in_place:
      return std::make_unique<InPlaceReplacement>(files_, target_, std::move(lock));
  }
  return {};
}

}  // namespace baseline::sqlite
