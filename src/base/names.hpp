#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Every file name that the tool makes is invented here and nowhere else (docs/file-formats.md).
/// `database` is the base name of the database file after symbolic links were resolved.
namespace baseline::names {

std::string lock(std::string_view database);               ///< .NAME.baseline-lock
std::string journal(std::string_view database);            ///< .NAME.baseline-journal
std::string journal_temporary(std::string_view database);  ///< .NAME.baseline-journal.new
std::string candidate(std::string_view database);          ///< .NAME.baseline-candidate
std::string restoring(std::string_view database);          ///< .NAME.baseline-restoring
/// .NAME.baseline-displaced: what another program had put where the old database was kept.
std::string displaced(std::string_view database);

/// .NAME.baseline-export: what an export writes until it is complete.
std::string exporting(std::string_view file);

/// SQLite's own companions of a database file.
std::string wal(std::string_view database);               ///< NAME-wal
std::string shared_memory(std::string_view database);     ///< NAME-shm
std::string rollback_journal(std::string_view database);  ///< NAME-journal
/// All three, in this order.
std::array<std::string, 3> companions(std::string_view database);
/// NAME, of a name that SQLite would give to a companion of NAME; else empty.
std::string database_of_companion(std::string_view name);
/// Whether a run gives such a name to a file of its own beside a database or a report.
bool is_of_run(std::string_view name);

/// Whether a file is called as SQLite calls a super-journal, NAME-mjXXXXXXXXX: the file that
/// decides about a transaction over several databases.
bool is_super_journal(std::string_view name);

/// NAME-before: pages of the database as they were before SQLite brought a companion in.
std::string pages_before(std::string_view database);

/// NAME.backups: the catalogue beside the database.
std::string catalogue(std::string_view database);
/// .partial-KEY: a backup being written. The key is that of the run, run_key().
std::string partial(std::string_view key);
/// .unsealed-KEY: a backup that is complete, and has yet to be hashed and sealed.
std::string unsealed(std::string_view key);
/// removed-ID: the key of a finished backup that is being removed.
std::string removed(std::string_view id);
/// "20261121T023558Z-001-1a2b3c4d": one run on one database. `id` is the next free one of the
/// catalogue, which may serve several databases at once; `database` is the resolved path.
std::string run_key(std::string_view id, std::string_view database);
/// Whether a text that comes from the disk has the form of a key of a run, with or without what
/// tells what the run has made (kManualSuffix, kFailedSuffix).
bool is_run_key(std::string_view text);
/// The sequence number at the end of an id, or nothing when the text has not the form of an id.
std::optional<std::uint64_t> sequence_of(std::string_view id);
bool is_id(std::string_view text);
/// Whether it is empty or has the form of an id.
bool is_id_or_none(std::string_view text);
/// Whether it names a file in a directory, and nothing else.
bool is_plain_name(std::string_view text);

/// .baseline-report-PID: a report of --report that is being written, beside its file. Without the
/// name of the file, which may be as long as the filesystem allows.
std::string report_temporary(int pid);

/// RUN.json: the record of a run, by its run_key().
std::string run_record(std::string_view run);
/// Whether it is the name of such a record, also of one that was not completed.
bool is_run_record(std::string_view name);

/// TIME-DIGEST: what SQLite has brought in at that time, names::kBroughtIn.
std::string brought_in(std::string_view time, std::string_view digest);

/// NAME.new: what a file of an entry is called until it is complete.
std::string renewed(std::string_view name);
/// Whether an entry of the catalogue has a file of this name that is not the database.
bool is_in_every_entry(std::string_view name);

inline constexpr std::string_view kPartialPrefix = ".partial-";
inline constexpr std::string_view kUnsealedPrefix = ".unsealed-";
inline constexpr std::string_view kManualSuffix = "-manual";  ///< of a key: `backups create`
inline constexpr std::string_view kFailedSuffix = "-failed";  ///< of a key: a new one that failed
inline constexpr std::string_view kRemovedPrefix = "removed-";
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kChecksums = "SHA256SUMS";
inline constexpr std::string_view kRecord = "baseline-record";
inline constexpr std::string_view kHistory = "history.jsonl";
inline constexpr std::string_view kAnnounced = "announced.jsonl";
/// The directory of what SQLite has brought in from companions.
inline constexpr std::string_view kBroughtIn = "brought-in";
inline constexpr std::string_view kRuns = "runs";  ///< the directory of the records of runs

}  // namespace baseline::names
