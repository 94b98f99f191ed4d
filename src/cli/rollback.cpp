#include "pipeline/rollback.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {

CommandResult run_rollback(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Options& options = invocation.options;
  const Settings& settings = invocation.settings;

  RollbackRequest request;
  request.to = options.to;
  request.move = options.move;
  request.dry_run = options.dry_run;
  request.wait = settings.wait.value;
  if (invocation.interactive && !options.yes) {
    request.confirm = [](const ReplaceReport& plan) {
      if (!plan.old.exists) return true;
      return ask(
          fmt::format("{} leaves, and becomes a backup: {}\nIt is replaced by the backup {}.\n",
                      printable(plan.database), human_report::leaving(plan.old), plan.source_id));
    };
  }
  const ReplaceReport report = rollback(request, workplace.context());
  const int code = exit_code(report.outcome);
  return {settings.format.value == Format::json
              ? json_report::of(report, code)
              : human_report::of(report, invocation.out, typed_options(settings)),
          code};
}

}  // namespace baseline
