#include "cli/backups_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/options.hpp"

namespace baseline {
namespace {

constexpr const char* kGroup = "Options";

void add_verify(CLI::App& app, BackupsOptions& options) {
  CLI::Option* const ids =
      app.add_option("ID", options.ids, "The backups to verify [default: all]");
  app.add_flag("--all", options.all, "Verify all of them; the same as naming none")
      ->excludes(ids)
      ->group(kGroup);
}

void add_export(CLI::App& app, BackupsOptions& options) {
  app.add_option("ID", options.id, "The backup to export")->required();
  app.add_option("FILE", options.file, "Where to; - is stdout")->required();
  app.add_flag("--zstd", options.zstd, "Pack it with zstd")->group(kGroup);
  app.add_flag("--force", options.force, "Replace a file that exists")->group(kGroup);
}

void add_keep(CLI::App& app, RawOptions& raw) {
  app.add_option("--keep", raw.keep, "Keep so many of the newest backups [env: BASELINE_KEEP]")
      ->type_name("N")
      ->group(kGroup);
  app.add_option("--keep-days", raw.keep_days,
                 "Keep all backups that are not older [env: BASELINE_KEEP_DAYS]")
      ->type_name("DAYS")
      ->group(kGroup);
}

void add_also(CLI::App& app, RawOptions& raw, const std::string& what) {
  app.add_option("--also", raw.also, what + "; repeatable [env: BASELINE_ALSO]")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->group(kGroup);
}

void add_prune(CLI::App& app, Options& options) {
  add_keep(app, options.settings);
  app.add_flag("--dry-run", options.dry_run, "Show what would be removed; change nothing")
      ->group(kGroup);
  app.add_flag("-y,--yes", options.yes, "Do not ask")->group(kGroup);
}

}  // namespace

void add_backups_options(CLI::App& app, Command command, Options& options) {
  if (command == Command::backups_verify) {
    add_verify(app, options.backups);
    add_also(app, options.settings, "Where second copies are that are verified, and made anew");
  }
  if (command == Command::recover || command == Command::status) {
    add_also(app, options.settings, "Where second copies are that may not be complete");
  }
  if (command == Command::deploy) {
    add_also(app, options.settings, "Where to make a second copy of the backup, after the window");
    add_keep(app, options.settings);
  }
  if (command == Command::backups_prune) add_prune(app, options);
  if (command == Command::backups_export) add_export(app, options.backups);
}

}  // namespace baseline
