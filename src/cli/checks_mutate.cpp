#include "checks/mutate.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "os/shared_work.hpp"
#include "os/signals.hpp"
#include "report/mutation.hpp"

namespace baseline {

CommandResult run_checks_mutate(const Invocation& invocation) {
  const Inputs inputs(invocation);
  const MutationRequest request{inputs.engine(),
                                inputs.migration(),
                                inputs.suites(),
                                inputs.sources(),
                                inputs.suite_options(),
                                inputs.run_options().selection,
                                inputs.run_options().strict,
                                invocation.options.min,
                                invocation.options.sample,
                                invocation.options.jobs.value_or(usable_processors()),
                                &invocation.observer};
  const MutationReport report = mutate(request, stop_if_interrupted);
  const int code = report.interrupted
                       ? exit_code(Interrupted(*report.interrupted))
                       : exit_code(report.enough() ? Outcome::done : Outcome::checks_failed);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, code)
              : human_report::of(report, invocation.out, invocation.options.verbose > 0),
          code};
}

}  // namespace baseline
