#include "pipeline/rollback.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "config/database_path.hpp"
#include "report/human.hpp"

namespace baseline {

CommandResult run_rollback(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Options& options = invocation.options;
  const Settings& settings = invocation.settings;

  RollbackRequest request;
  request.to = options.to;
  if (!options.from.empty()) require_path(options.from, "--from", "--from ");
  request.from = options.from;
  request.move = options.move;
  request.again = options.again;
  request.replace_any = options.replace_any;
  request.replaces = settings.replaces;
  request.sealing = settings.seal.value;
  request.dry_run = options.dry_run;
  request.wait = settings.wait.value;
  require_usable(settings.application);
  request.application = settings.application;
  if (invocation.interactive && !options.yes) {
    request.confirm = [](const ReplaceReport& plan) {
      return !plan.old.exists || ask(human_report::leaving(plan));
    };
  }
  return rendered(invocation, rollback(request, workplace.context()));
}

}  // namespace baseline
