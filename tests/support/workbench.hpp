#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/observer.hpp"
#include "catalogue/catalogue.hpp"
#include "pipeline/deploy.hpp"
#include "pipeline/rollback.hpp"
#include "store/store.hpp"

/// Remembers notes and warnings, and may act when a step has ended.
class RecordingObserver final : public baseline::Observer {
 public:
  void step_started(baseline::Step step) override { steps.push_back(step); }
  void step_finished(baseline::Step step, std::chrono::nanoseconds, bool) override {
    if (on_finished) on_finished(step);
  }
  void progress(baseline::Step, std::uint64_t, std::uint64_t) override {}
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warning(std::string_view text) override { warnings.emplace_back(text); }

  std::vector<baseline::Step> steps;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
  std::function<void(baseline::Step)> on_finished;
};

/// A store on a SQLite file with its catalogue, and a small baseline to deploy.
class Workbench {
 public:
  /// `backups`: the catalogue; empty for the one beside the database.
  Workbench(baseline::FileSystem& files, const std::filesystem::path& database,
            const std::filesystem::path& backups = {},
            baseline::EngineChoice engine = baseline::EngineChoice::automatic);

  baseline::ReplaceReport deploy(
      const std::function<void(baseline::DeployRequest&)>& adjust = nullptr);
  baseline::ReplaceReport rollback(
      const std::function<void(baseline::RollbackRequest&)>& adjust = nullptr);
  std::optional<baseline::RecoveryReport> recover();

  const baseline::Context& context() const { return context_; }
  baseline::Store& store() { return *store_; }
  baseline::Catalogue& catalogue() { return catalogue_; }

  /// The application that is stopped and started; none unless this is called.
  void set_application(baseline::Application application) { application_ = std::move(application); }

  /// Where second copies are to be made.
  void set_also(std::vector<std::filesystem::path> also) { context_.also = std::move(also); }

  RecordingObserver observer;
  /// What the judge says in the phase `after`.
  bool after_passes = true;
  bool before_passes = true;

 private:
  std::unique_ptr<baseline::Store> store_;
  baseline::Catalogue catalogue_;
  baseline::Context context_;
  std::optional<baseline::Application> application_;
};

/// The migration that a Workbench deploys: one table `new_things`, stamped "new1".
const baseline::Migration& small_migration();

/// Runs SQL on a database file, making it when it is missing.
void run_sql(const std::filesystem::path& database, const std::string& sql);

/// Makes the database that a Workbench replaces: one table `old_things` with rows, stamped "old1".
void make_old(const std::filesystem::path& database);

/// The same in WAL mode, as a writer leaves it that was killed: all rows are in the -wal.
void make_old_with_crashed_wal(const std::filesystem::path& database);

/// "old", "new", "missing", or what is there instead: by the whole content, through SQLite.
std::string content(const std::filesystem::path& database);

/// The bytes of a file.
std::string bytes_of(const std::filesystem::path& file);

/// All files below a directory, relative, sorted.
std::vector<std::string> files_in(const std::filesystem::path& directory);
