#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "os/file_system.hpp"
#include "os/zstd.hpp"
#include "store/journal.hpp"
#include "store/replacement.hpp"
#include "store/sqlite/swap/candidate.hpp"
#include "store/sqlite/swap/exclusive.hpp"
#include "store/sqlite/swap/filed_copy.hpp"
#include "store/sqlite/swap/run_lock.hpp"
#include "store/sqlite/swap/swap_record.hpp"
#include "store/sqlite/swap/target.hpp"

namespace baseline::sqlite {

/// The swap engine: the candidate is a file beside the live one, and one renameat2(EXCHANGE) makes
/// it live. The step numbers in the code are those of docs/ARCHITECTURE.md.
class SwapReplacement final : public Replacement {
 public:
  /// Keeps the lock. `files` and `target` must outlive the object.
  SwapReplacement(FileSystem& files, const Target& target, std::shared_ptr<RunLock> lock);

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
    return old_ && was_written_since(old_->file().status(), look);
  }
  std::vector<std::string> set_companions_aside(const Directory& entry) override;
  Payload copy_old(const Directory& entry, const OnProgress& on_progress) override;
  void swap() override;
  bool place_companions(const Directory& entry, const Payload& payload) override;
  std::unique_ptr<Session> open_live() override;
  void note_application(ApplicationState state, const std::vector<LogPosition>& logs) override;
  void note_admission(bool replaced) override;
  void announce_swap_back() override;
  bool old_is_untouched() const override;
  void admit_users() override {}
  void swap_back(const Deadline& deadline, const std::optional<Directory>& kept) override;
  bool candidate_is_as_built() override;
  Payload file_candidate(const Directory& entry, const OnProgress& on_progress) override;
  Payload file_old(const Directory& entry, Sealing sealing, const OnProgress& on_progress) override;
  void discard_old() override;
  void discard(const std::optional<Directory>& entry) override;
  void finish() override;

 private:
  void refresh_attributes();
  void remember_inodes();
  bool is_named(const std::string& name, std::optional<ino_t> inode) const;
  void require_known_names() const;
  void save_displaced_old();
  void put_candidate_live();
  void take_candidate_back();
  void restore_companions(const Directory& entry, const std::string& name);
  void bring_companions_live();
  void take_companions_back(const Deadline& deadline);
  void remove_brought();
  bool is_alone() const;
  void require_alone() const;
  [[noreturn]] void throw_not_alone() const;
  [[noreturn]] void throw_replaced() const;
  Error stuck(const std::string& why) const;
  std::optional<Exclusive> hold_new(const Deadline& deadline);
  Payload move_into(const Directory& entry, const File& file, const struct stat& status,
                    const std::string& sha256);
  Payload file_into(const Directory& entry, std::optional<ino_t> inode,
                    std::optional<Exclusive>& proof, Sealing sealing,
                    const OnProgress& on_progress);
  void give_up_name(std::optional<ino_t> inode);
  Error disappeared() const;

  FileSystem& files_;
  const Target& target_;
  std::shared_ptr<RunLock> lock_;
  Journal journal_;
  Candidate candidate_;
  std::optional<Interruption> interruption_;
  Intent intent_;
  std::optional<SwapRecord> announced_;
  SwapRecord built_;
  /// Where the companions are sealed that go live with the candidate, and what it is called there.
  struct CompanionSource {
    Directory entry;
    std::string name;
  };
  std::optional<CompanionSource> companions_of_new_;
  bool reverting_ = false;        ///< announce_swap_back() has been called
  bool names_changed_ = false;    ///< a name was changed since the directory was synced
  bool displaced_ = false;        ///< another file had taken the place of the old database
  std::optional<Exclusive> old_;  ///< from freeze() on, where there is an old database
};

}  // namespace baseline::sqlite
