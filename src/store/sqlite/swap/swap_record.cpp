#include "store/sqlite/swap/swap_record.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/copy.hpp"
#include "os/sha256.hpp"
#include "store/sqlite/session/sessions.hpp"
#include "store/sqlite/swap/content_digest.hpp"
#include "store/sqlite/swap/freeze.hpp"

namespace baseline::sqlite {
namespace {

using nlohmann::json;

SwapRecord swap_from_json(const json& record) {
  SwapRecord swap;
  swap.new_inode = count_from_json(record.at("new_inode"));
  if (!record.at("old_inode").is_null()) swap.old_inode = count_from_json(record.at("old_inode"));
  swap.new_size = count_from_json(record.at("new_size"));
  swap.new_sha256 = text_from_json(record.at("new_sha256"), is_sha256, "SHA-256");
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

constexpr std::string_view kInPlace = "in-place";

struct PhaseWord {
  InPlacePhase phase;
  std::string_view word;
};
constexpr std::array kPhases = {
    PhaseWord{InPlacePhase::replacing, "replacing"}, PhaseWord{InPlacePhase::replaced, "replaced"},
    PhaseWord{InPlacePhase::condemned, "condemned"},
    PhaseWord{InPlacePhase::reverting, "reverting"}, PhaseWord{InPlacePhase::reverted, "reverted"}};

void read_step(const json& record, const std::string& word, InPlaceStep& step) {
  for (const PhaseWord& known : kPhases) {
    if (known.word != word) continue;
    step.phase = known.phase;
    if (record.contains("schema_cookie")) {
      step.schema_cookie = static_cast<std::uint32_t>(
          count_from_json(record["schema_cookie"], std::numeric_limits<std::uint32_t>::max()));
    }
    step.was_wal = record.value("was_wal", step.was_wal);
    if (record.contains("old_content")) {
      step.old_content = text_from_json(record["old_content"], is_sha256, "digest");
    }
  }
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

std::string record_of_intent(const Intent& intent, Exchange exchange) {
  nlohmann::ordered_json record = {{"phase", "prepare"}, {"version", 1}};
  if (exchange == Exchange::in_place) record["engine"] = kInPlace;
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

std::string record_of_admission(bool replaced) {
  return json({{"phase", "admitted"}, {"replaced", replaced}}).dump();
}

std::string record_of_step(const InPlaceStep& step) {
  nlohmann::ordered_json record = nlohmann::ordered_json::object();
  for (const PhaseWord& known : kPhases) {
    if (known.phase == step.phase) record["phase"] = known.word;
  }
  record["schema_cookie"] = step.schema_cookie;
  if (step.was_wal) record["was_wal"] = true;
  if (!step.old_content.empty()) record["old_content"] = step.old_content;
  return record.dump();
}

std::optional<JournalState> read_journal(const Journal& journal) {
  const std::vector<std::string> records = journal.read();
  if (records.empty()) return {};
  return parse_journal(records, journal.shown());
}

JournalState parse_journal(const std::vector<std::string>& records, const std::string& journal) {
  JournalState state;
  try {
    for (const std::string& text : records) {
      const json record = json::parse(shallow_json(text));
      const auto phase = record.at("phase").get<std::string>();
      if (phase == "prepare") {
        state.intent = intent_from_json(record.at("intent").dump());
        if (record.value("engine", "") == kInPlace) state.exchange = Exchange::in_place;
      }
      if (phase == "swap") state.announced = swap_from_json(record);
      if (phase == "reverting") state.reverting = true;
      if (phase == "admitted") {
        state.admitted_new = record.at("replaced").get<bool>();
      } else if (phase != "application") {
        state.admitted_new.reset();
      }
      read_step(record, phase, state.in_place);
      if (phase != "application") continue;
      state.application = state_from_json(record);
      if (record.contains("logs")) state.intent.logs = log_positions_from_json(record["logs"]);
    }
    if (state.intent.run.empty()) throw_formless("it does not tell of a run");
  } catch (const std::exception& error) {
    throw Error(ErrorCode::needs_person,
                fmt::format("the journal {} is not one of this program: {}", journal,
                            printable(error.what())),
                "was it written by a newer baseline? use that one to recover");
  }
  return state;
}

namespace {

void judge_swap(const Target& target, const JournalState& journal, Interruption& found) {
  // Without an announcement no exchange was begun.
  if (!journal.announced) return;
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
  }
}

bool is_candidate(const Target& target, const File& live) {
  const auto candidate = target.directory.open_file(names::candidate(target.name), false);
  return candidate && content_digest(live) == content_digest(*candidate);
}

// Whether it is the candidate, with rows that users have written since. Should it after all be the
// old one, to which somebody has given just the new schema: its backup is kept, so nothing is lost.
bool is_used_candidate(const Target& target, const File& live, const InPlaceStep& step) {
  if (schema_cookie_of(live) != step.schema_cookie + 1) return false;
  const std::filesystem::path candidate = target.directory / names::candidate(target.name);
  if (!target.directory.contains(candidate.filename().native())) return false;
  return open_live(target.resolved)->schema().digest() ==
         open_immutable(candidate)->schema().digest();
}

// Nobody but the run itself can have changed the live database between the two records of a step,
// unless it was cut off there and somebody has used the database since.
void judge_in_place(const Target& target, const JournalState& journal, Interruption& found) {
  const InPlaceStep& step = journal.in_place;
  found.reverting = step.phase == InPlacePhase::condemned || step.phase == InPlacePhase::reverting;
  const auto is_still = [&](const File& live) {
    return has_hot_journal(target) || schema_cookie_of(live) == step.schema_cookie;
  };
  const auto live = target.directory.open_file(target.name, false);
  switch (step.phase) {
    case InPlacePhase::building:
    case InPlacePhase::reverted:
      found.position = Position::untouched;
      return;
    case InPlacePhase::replaced:
    case InPlacePhase::condemned:
      found.position = Position::swapped;
      return;
    case InPlacePhase::replacing: {
      if (live && is_still(*live)) return;
      const bool is_new =
          live && (is_candidate(target, *live) || is_used_candidate(target, *live, step));
      found.position = is_new ? Position::swapped : Position::undecidable;
      return;
    }
    case InPlacePhase::reverting: {
      found.position = Position::swapped;
      if (live && is_still(*live)) return;
      const bool is_old = live && content_digest(*live) == step.old_content;
      found.position = is_old ? Position::untouched : Position::undecidable;
      return;
    }
  }
}

}  // namespace

Interruption judge(const Target& target, const JournalState& journal) {
  Interruption found;
  found.intent = journal.intent;
  found.reverting = journal.reverting;
  found.application = journal.application;
  switch (journal.exchange) {
    case Exchange::swap:
      judge_swap(target, journal, found);
      break;
    case Exchange::in_place:
      judge_in_place(target, journal, found);
      break;
  }
  if (found.position != Position::undecidable) return found;
  const std::string candidate = names::candidate(target.name);
  found.detail = fmt::format(
      "{} is neither the old nor the new database of the interrupted {} (journal {}, candidate "
      "{}{})",
      printable(target.resolved.native()), printable(journal.intent.command),
      printable((target.directory / names::journal(target.name)).native()),
      printable((target.directory / candidate).native()),
      target.directory.contains(candidate) ? "" : ", which is missing");
  return found;
}

}  // namespace baseline::sqlite
