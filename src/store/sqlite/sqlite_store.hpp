#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "os/file_system.hpp"
#include "store/journal.hpp"
#include "store/sqlite/swap/run_lock.hpp"
#include "store/sqlite/swap/target.hpp"
#include "store/store.hpp"

namespace baseline::sqlite {

/// The store of a SQLite database file, with both ways to replace it.
class SqliteStore final : public Store {
 public:
  /// Resolves the path; the file may be missing. `files` must outlive the store. Throws
  /// Error{usage} as resolve().
  SqliteStore(FileSystem& files, const std::filesystem::path& database,
              EngineChoice choice = EngineChoice::automatic);

  std::string engine() const override;
  std::string location() const override;
  std::filesystem::path default_catalogue() const override;
  Owners owners() const override;
  void keep_with(KeepFiles keep) override { target_.keep = std::move(keep); }
  bool exists() override;
  DatabaseFacts look(const LookOptions& options) override;
  ExchangePlan plan_exchange() override;
  std::optional<Interruption> interruption() override;
  std::optional<Admission> admission() override;
  std::vector<Leftover> leftovers() override;
  std::optional<std::string> running() override;
  std::unique_ptr<Session> open_live() override;
  std::unique_ptr<Session> open_backup(const std::filesystem::path& file) override;
  DatabaseFacts look_at(const std::filesystem::path& file, const LookOptions& options) override;
  Payload back_up(const Directory& entry, const Deadline& deadline,
                  const OnProgress& on_progress) override;
  BackupPlan plan_backup(BackupChoice choice, const std::filesystem::path& catalogue) override;
  std::unique_ptr<Replacement> hold(const RunIdentity& identity, const Deadline& deadline) override;

 private:
  Journal journal() const;

  FileSystem& files_;
  Target target_;
  EngineChoice choice_;
  Exchange exchange_ = Exchange::swap;  ///< as planned
  std::weak_ptr<RunLock> lock_;         ///< of the Replacements that live
};

}  // namespace baseline::sqlite
