#include "pipeline/deploy.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "pipeline/failed_deploy.hpp"
#include "report/human.hpp"
#include "store/file_settings.hpp"

namespace baseline {

DeployRequest deploy_request(const Invocation& invocation, const Inputs& inputs) {
  const Options& options = invocation.options;
  const Settings& settings = invocation.settings;
  DeployRequest request{inputs.migration(), inputs.reference(), inputs.suites(), inputs.judge()};
  request.left_out = inputs.engine().left_out(inputs.migration());
  request.adapt = [&inputs](const FileSettings& old) {
    return inputs.engine().adapted(inputs.reference(), inputs.migration(), old);
  };
  request.dry_run = options.dry_run;
  request.again = options.again;
  request.replace_any = options.replace_any;
  request.replaces = settings.replaces;
  request.as_found = !options.old_unreadable.empty();
  request.keep_on_failure = settings.on_failure.value == OnFailure::keep;
  request.backup = settings.backup.value;
  request.sealing = settings.seal.value;
  request.keep = {settings.keep.value, settings.keep_days.value};
  request.wait = settings.wait.value;
  request.application = settings.application;
  request.judge_running = inputs.judge_started();
  request.judged = [&run = invocation.run](const SuiteReport& results) {
    auto& phases = run.phases;
    if (!phases.empty() && phases.back().phase == results.phase) phases.pop_back();
    phases.push_back(results);
  };
  return request;
}

namespace {

ReplaceReport deploy_as_typed(const Invocation& invocation, const Context& context) {
  const Inputs inputs(invocation);
  require_usable(invocation.settings.application);
  DeployRequest request = deploy_request(invocation, inputs);
  if (invocation.interactive && !invocation.options.yes) {
    request.confirm = [](const ReplaceReport& plan) {
      return plan.old.exists ? ask(human_report::leaving(plan))
                             : ask(human_report::missing(plan), "make a new one?");
    };
  }
  return deploy(request, context);
}

}  // namespace

CommandResult run_deploy(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Context& context = workplace.context();
  const auto run = [&] { return deploy_as_typed(invocation, context); };
  // Errors of the inputs count: a rollback that answers this command must not undo another.
  return rendered(invocation,
                  invocation.options.dry_run ? run() : with_failure_noted(context, run));
}

}  // namespace baseline
