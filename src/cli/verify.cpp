#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "pipeline/entries.hpp"
#include "pipeline/status.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {
namespace {

// For the page: the baseline's schema beside the live one, as far as that can be read.
void show_schemas(CheckRun& run, const Inputs& inputs, const Context& context) {
  run.schemas = SchemaPair{"the baseline", "the live database", inputs.reference().schema(), {}};
  try {
    run.schemas->right = context.store.open_live()->schema();
  } catch (const Error&) {
    // The verification itself will tell why.
  }
}

}  // namespace

CommandResult run_verify(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Inputs inputs(invocation);
  const Context& context = workplace.context();
  std::vector<LogPosition> logs;
  if (!inputs.suites().logs().empty()) {
    logs = past_runs(context).logs();
  }
  // A verification may end in an error after its checks, such as when all of them were skipped.
  const Judge judge = [&, run = inputs.judge_running(std::move(logs))](Phase phase,
                                                                       Session& subject) {
    return invocation.run.phases.emplace_back(run(phase, subject));
  };
  if (invocation.run.shows_schemas) show_schemas(invocation.run, inputs, context);
  const VerifyReport report = verify(context, inputs.migration(), judge);
  conclude(invocation.run, report);
  const int code = exit_code(report.outcome);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, code)
              : human_report::of(report, invocation.out, typed_options(invocation)),
          code};
}

}  // namespace baseline
