#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/file_system.hpp"
#include "store/intent.hpp"
#include "store/journal.hpp"
#include "store/sqlite/swap/target.hpp"
#include "store/store.hpp"

namespace baseline::sqlite {

/// What tells the new file from the old one after a crash; the second record of the journal.
struct SwapRecord {
  ino_t new_inode = 0;
  std::optional<ino_t> old_inode;  ///< nothing: there was no old database
  std::uint64_t new_size = 0;
  std::string new_sha256;
};

/// How far a run in place has come. The transactions of SQLite and these records are not one: after
/// `replacing` and `reverting` the content tells whether the transaction was committed.
/// `condemned`: the new database was found bad when its users were let in already, and has to go.
enum class InPlacePhase { building, replacing, replaced, condemned, reverting, reverted };

/// The last step of a run in place that the journal tells of.
struct InPlaceStep {
  InPlacePhase phase = InPlacePhase::building;
  std::uint32_t schema_cookie = 0;  ///< of the live database before the step's transaction
  bool was_wal = false;             ///< replacing: the old database was in WAL mode
  std::string old_content;          ///< reverting: content_digest() of the old database
};

/// The journal, read: the intent, then what was announced, then whether the run was about to swap
/// back, or how far it came in place.
struct JournalState {
  Exchange exchange = Exchange::swap;
  Intent intent;
  std::optional<SwapRecord> announced;
  bool reverting = false;
  ApplicationState application = ApplicationState::untouched;
  /// The application may use what is live: whether that is the new database.
  std::optional<bool> admitted_new;
  InPlaceStep in_place;
};

std::string record_of_intent(const Intent& intent, Exchange exchange);
std::string record_of_swap(const SwapRecord& swap);
std::string record_of_reverting();
std::string record_of_application(ApplicationState state, const std::vector<LogPosition>& logs);
std::string record_of_admission(bool replaced);
std::string record_of_step(const InPlaceStep& step);

/// Throws Error{needs_person} when the records are not ours. `journal`: where they are from, for
/// people.
JournalState parse_journal(const std::vector<std::string>& records, const std::string& journal);
/// The same of a journal; nothing when there is none.
std::optional<JournalState> read_journal(const Journal& journal);

/// Which database is live. Of the swap engine: by the inodes, or by the candidate's hash where the
/// files were restored to other inodes. In place: by the last step, and where that does not tell,
/// by the content; a hot journal counts as rolled back. Changes nothing; while SQLite has the live
/// database open in this process, it must not be called.
Interruption judge(const Target& target, const JournalState& journal);

}  // namespace baseline::sqlite
