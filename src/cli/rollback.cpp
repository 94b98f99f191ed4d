#include "pipeline/rollback.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "report/human.hpp"

namespace baseline {

CommandResult run_rollback(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Options& options = invocation.options;
  const Settings& settings = invocation.settings;

  RollbackRequest request;
  request.to = options.to;
  request.from = options.from;
  request.move = options.move;
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
