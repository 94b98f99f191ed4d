#include "pipeline/recover.hpp"

#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {

CommandResult run_recover(const Invocation& invocation) {
  Workplace workplace(invocation);
  const Context& context = workplace.context();
  std::optional<RecoveryReport> report;
  // Nothing to recover: no lock is taken and no file is made.
  if (context.store.has_leftovers() || context.store.running()) {
    const Deadline deadline(invocation.settings.wait.value);
    const auto replacement =
        context.store.hold({"recover", rfc3339(context.now())}, deadline);
    report = recover(context, *replacement, deadline);
  }
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, context.store.location())
              : human_report::of(report, context.store.location()),
          0};
}

}  // namespace baseline
