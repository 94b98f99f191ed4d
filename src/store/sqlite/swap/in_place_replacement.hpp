#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "os/file_system.hpp"
#include "store/journal.hpp"
#include "store/replacement.hpp"
#include "store/sqlite/swap/candidate.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/held_database.hpp"
#include "store/sqlite/swap/run_lock.hpp"
#include "store/sqlite/swap/swap_record.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// The engine for databases whose file cannot be exchanged: the candidate is built beside it as for
/// a swap; then its content replaces that of the live file in one transaction of SQLite, under
/// SQLite's exclusive lock, which is held from the freeze until the new database has been judged.
/// The old database is always kept as a copy, from which it also comes back
/// (docs/ARCHITECTURE.md, "In place").
class InPlaceReplacement final : public Replacement {
 public:
  /// Keeps the lock. `files` and `target` must outlive the object; there is a database at `target`.
  InPlaceReplacement(FileSystem& files, const Target& target, std::shared_ptr<RunLock> lock);

  const std::optional<Interruption>& interruption() const override { return interruption_; }
  void tidy() override;
  void require_unused(const Deadline& deadline) override;
  void settle(const Deadline& deadline) override;
  void prepare(const Intent& intent) override;
  void stage(Session& migrated) override;
  void stage_backup(const Directory& entry, const Payload& payload, bool consume,
                    const OnProgress& on_progress) override;
  void stage_bytes(const std::function<void(const TakeBytes& take)>& give) override;
  std::string built_sha256() const override { return built_.new_sha256; }
  std::unique_ptr<Session> open_candidate() override;
  void announce() override;
  void bring_in_log() override;
  void freeze(const Deadline& deadline, bool as_found) override;
  bool old_was_written_since(const DatabaseFacts& look) const override {
    return live_ && was_written_since(live_->file().status(), look);
  }
  std::vector<std::string> set_companions_aside(const Directory& entry) override;
  Payload copy_old(const Directory& entry, const OnProgress& on_progress) override;
  void swap() override;
  bool place_companions(const Directory&, const Payload&) override { return true; }  // it has none
  std::unique_ptr<Session> open_live() override;
  void note_application(ApplicationState state, const std::vector<LogPosition>& logs) override;
  void note_admission(bool replaced) override;
  void announce_swap_back() override;
  bool old_is_untouched() const override { return true; }
  void swap_back(const Deadline& deadline, const std::optional<Directory>& kept) override;
  void admit_users() override;
  bool candidate_is_as_built() override;
  Payload file_candidate(const Directory& entry, const OnProgress& on_progress) override;
  Payload file_old(const Directory& entry, Sealing sealing, const OnProgress& on_progress) override;
  void discard_old() override;
  void discard(const std::optional<Directory>& entry) override;
  void finish() override;

 private:
  /// Replaces the content of the live database. Throws Error{needs_person} when nobody can tell
  /// which one it has then, another Error when it still has the one that it had.
  void take_content(const std::filesystem::path& source, std::uint32_t cookie,
                    std::string_view comes, std::string_view goes);
  void require_content() const;
  void bring_in_hot_journal();
  void remove_leftovers();
  void keep_what_was_written();
  void record_the_verdict();
  void record_committed(InPlacePhase phase);
  Error stuck(const std::string& why) const;

  FileSystem& files_;
  const Target& target_;
  std::shared_ptr<RunLock> lock_;
  Journal journal_;
  Candidate candidate_;
  std::optional<Interruption> interruption_;
  Intent intent_;
  bool announced_ = false;
  SwapRecord built_;
  InPlaceStep step_;
  bool names_changed_ = false;          ///< a name was changed since the directory was synced
  std::unique_ptr<HeldDatabase> live_;  ///< from freeze() to admit_users() or swap_back()
};

}  // namespace baseline::sqlite
