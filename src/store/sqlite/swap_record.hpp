#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/file_system.hpp"
#include "store/intent.hpp"
#include "store/sqlite/target.hpp"

namespace baseline::sqlite {

/// What tells the new file from the old one after a crash; the second record of the journal.
struct SwapRecord {
  ino_t new_inode = 0;
  std::optional<ino_t> old_inode;  ///< nothing: there was no old database
  std::uint64_t new_size = 0;
  std::string new_sha256;
};

/// The journal of the swap engine, read: the intent, then what was announced, then whether the run
/// was about to swap back.
struct JournalState {
  Intent intent;
  std::optional<SwapRecord> announced;
  bool reverting = false;
  ApplicationState application = ApplicationState::untouched;
};

std::string record_of_intent(const Intent& intent);
std::string record_of_swap(const SwapRecord& swap);
std::string record_of_reverting();
std::string record_of_application(ApplicationState state, const std::vector<LogPosition>& logs);

/// Throws Error{needs_person} when the records are not ours.
JournalState parse_journal(const std::vector<std::string>& records);

/// Which database is live, by the inodes, or by the candidate's hash where the files were restored
/// to other inodes. Changes nothing.
Interruption judge(const Target& target, const JournalState& journal);

}  // namespace baseline::sqlite
