#include "pipeline/status.hpp"

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {

CommandResult run_status(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Inputs inputs(invocation);
  const StatusReport report =
      status(workplace.context(), inputs.migration(), inputs.reference(), inputs.suites());
  const std::vector<SettingLine> settings = describe(invocation.settings);
  const int code = invocation.options.exit_code ? exit_code(report) : 0;
  if (invocation.settings.format.value == Format::json) {
    return {json_report::of(report, settings, code), code};
  }
  return {human_report::of(report, invocation.out, typed_options(invocation),
                           invocation.options.verbose > 0 ? settings : std::vector<SettingLine>{}),
          code};
}

}  // namespace baseline
