// The commands on the catalogue: history, backups list, verify, create.
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/history.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "pipeline/create_backup.hpp"
#include "pipeline/verify_backups.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {
namespace {

bool wants_json(const Invocation& invocation) {
  return invocation.settings.format.value == Format::json;
}

}  // namespace

CommandResult run_history(const Invocation& invocation) {
  Workplace workplace(invocation);
  const std::filesystem::path& directory = workplace.catalogue().directory();
  const History history = read_history(directory);
  return {wants_json(invocation) ? json_report::of(history, directory.native())
                                 : human_report::of(history),
          0};
}

CommandResult run_backups_list(const Invocation& invocation) {
  Workplace workplace(invocation);
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
  return {wants_json(invocation) ? json_report::of(report, code)
                                 : human_report::of(report, invocation.out),
          code};
}

CommandResult run_backups_create(const Invocation& invocation) {
  Workplace workplace(invocation);
  const BackupsCreateReport report =
      create_backup(invocation.settings.wait.value, workplace.context());
  return {
      wants_json(invocation) ? json_report::of(report) : human_report::of(report, invocation.out),
      0};
}

}  // namespace baseline
