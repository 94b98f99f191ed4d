#include "checks/lint.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "report/lint.hpp"

namespace baseline {

CommandResult run_checks_lint(const Invocation& invocation) {
  const Inputs inputs(invocation);
  const LintReport report = lint(inputs.suites(), inputs.reference());
  const bool failed = invocation.settings.strict.value && !report.clean();
  const int code = exit_code(failed ? Outcome::checks_failed : Outcome::done);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, code)
              : human_report::of(report, invocation.out),
          code};
}

}  // namespace baseline
