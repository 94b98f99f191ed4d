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

}  // namespace

void add_backups_options(CLI::App& app, Command command, Options& options) {
  if (command == Command::backups_verify) add_verify(app, options.backups);
}

}  // namespace baseline
