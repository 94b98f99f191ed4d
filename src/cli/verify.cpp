#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "pipeline/status.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {

CommandResult run_verify(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Inputs inputs(invocation);
  const VerifyReport report = verify(workplace.context(), inputs.migration(), inputs.judge());
  const int code = exit_code(report.outcome);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, code)
              : human_report::of(report, invocation.out, typed_options(invocation.settings)),
          code};
}

}  // namespace baseline
