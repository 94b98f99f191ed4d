#include "cli/backups_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/options.hpp"

namespace baseline {
namespace {

constexpr const char* kGroup = "Options";

void add_verify(CLI::App& app, BackupsOptions& options) {
  CLI::Option* const ids = app.add_option("ID", options.ids, "The backups to verify [all]");
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

}  // namespace

void add_backups_options(CLI::App& app, Command command, Options& options) {
  if (command == Command::backups_verify) add_verify(app, options.backups);
  if (command == Command::backups_export) add_export(app, options.backups);
}

}  // namespace baseline
