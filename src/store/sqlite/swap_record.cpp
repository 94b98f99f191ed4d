#include "store/sqlite/swap_record.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"

namespace baseline::sqlite {
namespace {

using nlohmann::json;

SwapRecord swap_from_json(const json& record) {
  SwapRecord swap;
  swap.new_inode = count_from_json(record.at("new_inode"));
  if (!record.at("old_inode").is_null()) swap.old_inode = count_from_json(record.at("old_inode"));
  swap.new_size = count_from_json(record.at("new_size"));
  swap.new_sha256 = record.at("new_sha256").get<std::string>();
  return swap;
}

ApplicationState state_from_json(const json& record) {
  const auto word = record.at("state").get<std::string>();
  for (const auto state :
       {ApplicationState::stopping, ApplicationState::stopped, ApplicationState::started}) {
    if (word == to_string(state)) return state;
  }
  // A newer program's word: whatever it means, somebody has to look.
  return ApplicationState::stopping;
}

bool is_inode(const std::optional<struct stat>& status, ino_t inode) {
  return status && status->st_ino == inode;
}

// Whether the file is the candidate as it was built.
bool has_content(const Directory& directory, const std::string& name, const SwapRecord& swap) {
  const auto file = directory.open_file(name, false);
  if (!file || static_cast<std::uint64_t>(file->status().st_size) != swap.new_size) return false;
  return hash_file(*file, nullptr) == swap.new_sha256;
}

}  // namespace

std::string record_of_intent(const Intent& intent) {
  nlohmann::ordered_json record = {{"phase", "prepare"}, {"version", 1}};
  record["intent"] = nlohmann::ordered_json::parse(to_json(intent));
  return record.dump();
}

std::string record_of_swap(const SwapRecord& swap) {
  nlohmann::ordered_json record = {{"phase", "swap"}, {"new_inode", swap.new_inode}};
  record["old_inode"] = swap.old_inode ? json(*swap.old_inode) : json(nullptr);
  record["new_size"] = swap.new_size;
  record["new_sha256"] = swap.new_sha256;
  return record.dump();
}

std::string record_of_reverting() { return R"({"phase":"reverting"})"; }

std::string record_of_application(ApplicationState state, const std::vector<LogPosition>& logs) {
  nlohmann::ordered_json record = {{"phase", "application"}, {"state", to_string(state)}};
  if (!logs.empty()) record["logs"] = to_json(logs);
  return record.dump();
}

JournalState parse_journal(const std::vector<std::string>& records) {
  JournalState state;
  try {
    for (const std::string& text : records) {
      const json record = json::parse(text);
      const auto phase = record.at("phase").get<std::string>();
      if (phase == "prepare") state.intent = intent_from_json(record.at("intent").dump());
      if (phase == "swap") state.announced = swap_from_json(record);
      if (phase == "reverting") state.reverting = true;
      if (phase != "application") continue;
      state.application = state_from_json(record);
      if (record.contains("logs")) state.intent.logs = log_positions_from_json(record["logs"]);
    }
  } catch (const json::exception& error) {
    throw Error(ErrorCode::needs_person,
                fmt::format("the journal is not one of this program: {}", error.what()),
                "was it written by a newer baseline? use that one to recover");
  }
  return state;
}

Interruption judge(const Target& target, const JournalState& journal) {
  Interruption found;
  found.intent = journal.intent;
  found.reverting = journal.reverting;
  found.application = journal.application;
  // Without an announcement no exchange was begun.
  if (!journal.announced) return found;
  const SwapRecord& swap = *journal.announced;
  const std::string candidate = names::candidate(target.name);
  const auto live = target.directory.status(target.name);
  const auto aside = target.directory.status(candidate);
  if (is_inode(live, swap.new_inode)) {
    found.position = Position::swapped;
  } else if (is_inode(aside, swap.new_inode) ||
             (swap.old_inode && is_inode(live, *swap.old_inode))) {
    found.position = Position::untouched;
  } else if (!live && !swap.old_inode) {
    found.position = Position::untouched;
  } else if (has_content(target.directory, candidate, swap)) {
    found.position = Position::untouched;
  } else if (has_content(target.directory, target.name, swap)) {
    found.position = Position::swapped;
  } else {
    found.position = Position::undecidable;
    found.detail = fmt::format(
        "{} is neither the old nor the new database of the interrupted {} (journal {}, candidate "
        "{}{})",
        printable(target.resolved.native()), printable(journal.intent.command),
        printable((target.directory / names::journal(target.name)).native()),
        printable((target.directory / candidate).native()), aside ? "" : ", which is missing");
  }
  return found;
}

}  // namespace baseline::sqlite
