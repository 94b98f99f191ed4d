// The commands on the catalogue: history, backups list, verify, create, export,
// prune.
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/history.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "config/database_path.hpp"
#include "os/signals.hpp"
#include "pipeline/create_backup.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/export_backup.hpp"
#include "pipeline/prune.hpp"
#include "pipeline/verify_backups.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {
namespace {

bool wants_json(const Invocation& invocation) {
  return invocation.settings.format.value == Format::json;
}

// stdout carries either the database or a report of it.
void require_free_stdout(const Invocation& invocation) {
  if (wants_json(invocation)) {
    throw Error(ErrorCode::usage, "stdout cannot carry both the backup and a JSON document",
                "name a file instead of -");
  }
  if (::isatty(STDOUT_FILENO) != 0) {
    throw Error(ErrorCode::usage, "a database is nothing for a terminal",
                "name a file, or put a pipe or a redirection behind -");
  }
}

void write_to_stdout(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (done < 0 && errno != EINTR) throw_errno("write", "stdout");
    if (done > 0) bytes.remove_prefix(static_cast<std::size_t>(done));
    stop_if_interrupted();
  }
}

}  // namespace

CommandResult run_history(const Invocation& invocation) {
  Workplace workplace(invocation);
  require_catalogue(workplace.context());
  const std::filesystem::path& directory = workplace.catalogue().directory();
  const History history = read_history(workplace.catalogue());
  const auto unsealed = unsealed_ids(workplace.catalogue().unsealed());
  return {wants_json(invocation) ? json_report::of(history, unsealed, directory.native())
                                 : human_report::of(history, unsealed, invocation.out),
          0};
}

CommandResult run_backups_list(const Invocation& invocation) {
  Workplace workplace(invocation);
  require_catalogue(workplace.context());
  const Catalogue& catalogue = workplace.catalogue();
  const BackupsListReport report{catalogue.directory(), catalogue.entries(), catalogue.unfinished(),
                                 workplace.context().now()};
  return {
      wants_json(invocation) ? json_report::of(report) : human_report::of(report, invocation.out),
      0};
}

CommandResult run_backups_verify(const Invocation& invocation) {
  Workplace workplace(invocation);
  const BackupsVerifyReport report =
      verify_backups(invocation.options.backups.ids, workplace.context());
  const int code = exit_code(report.outcome);
  return {wants_json(invocation)
              ? json_report::of(report, code)
              : told_to_people(invocation, code, human_report::of(report, invocation.out),
                               report.warnings),
          code};
}

CommandResult run_backups_create(const Invocation& invocation) {
  Workplace workplace(invocation);
  const BackupsCreateReport report =
      create_backup(invocation.settings.wait.value, workplace.context());
  return {wants_json(invocation)
              ? json_report::of(report)
              : told_to_people(invocation, 0, human_report::of(report, invocation.out),
                               report.warnings),
          0};
}

CommandResult run_backups_export(const Invocation& invocation) {
  const BackupsOptions& options = invocation.options.backups;
  ExportRequest request;
  request.id = options.id;
  request.zstd = options.zstd;
  request.force = options.force;
  const bool to_stdout = options.file == "-";
  if (to_stdout) {
    require_free_stdout(invocation);
    request.out = write_to_stdout;
  } else {
    require_path(options.file, "FILE", "");
    request.file = options.file;
  }
  Workplace workplace(invocation);
  const ExportReport report = export_backup(request, workplace.context());
  // On stdout there is room for the database only.
  if (to_stdout) return {};
  return {wants_json(invocation)
              ? json_report::of(report)
              : told_to_people(invocation, 0, human_report::of(report, invocation.out)),
          0};
}

CommandResult run_backups_prune(const Invocation& invocation) {
  const Settings& settings = invocation.settings;
  PruneRequest request;
  request.keep = {settings.keep.value, settings.keep_days.value};
  request.dry_run = invocation.options.dry_run;
  request.wait = settings.wait.value;
  if (invocation.interactive && !invocation.options.yes) {
    request.confirm = [&](const PruneReport& plan) { return ask(human_report::leaving(plan)); };
  }
  Workplace workplace(invocation);
  const PruneReport report = prune(request, workplace.context());
  const int code = exit_code(report.outcome);
  return {wants_json(invocation)
              ? json_report::of(report, code)
              : told_to_people(invocation, code, human_report::of(report, invocation.out)),
          code};
}

}  // namespace baseline
