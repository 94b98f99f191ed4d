#include "pipeline/recover.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/workplace.hpp"
#include "pipeline/copies.hpp"
#include "pipeline/leftovers.hpp"
#include "pipeline/sealing.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {
namespace {

// Starts the application when that was asked for, whatever there was to recover: a recovery before
// this one may have left it stopped.
void start(ApplicationControl& application, RecoverReport& report) {
  if (application.start(nullptr).status != Status::pass) report.outcome = Outcome::checks_failed;
  report.application = application.report();
}

}  // namespace

CommandResult run_recover(const Invocation& invocation) {
  const Application& hooks = invocation.settings.application;
  require_usable(hooks);
  if (invocation.options.start && !hooks.start) {
    throw Error(ErrorCode::usage, "no command that starts the application is configured",
                "write it under 'application: {start: […]}' in baseline.yaml");
  }
  Workplace workplace(invocation);
  const Context& context = workplace.context();
  ApplicationControl application(hooks, context, "recover");
  RecoverReport report;
  report.database = context.store.location();
  // Nothing to recover: no lock is taken and no file is made.
  if (!context.store.leftovers().empty() || context.store.running() ||
      !leftovers(context).empty()) {
    const Deadline deadline(invocation.settings.wait.value);
    const auto replacement = context.store.hold({"recover", rfc3339(context.now())}, deadline);
    report.leftovers = remove_leftovers(context, *replacement);
    report.recovered = recover(context, *replacement, deadline, application);
  } else if (!context.store.exists()) {
    // A path that was mistyped, or a first run that left nothing: nobody can tell.
    for (const std::string& warning : context.store.look({}).warnings) {
      context.observer.warning(warning);
    }
  }
  std::vector<std::string> warnings;
  for (const FiledBackup& backup : seal_all(context, warnings)) {
    context.observer.note(fmt::format("the backup {} is sealed now", backup.manifest.id));
  }
  for (const std::string& warning : warnings) context.observer.warning(warning);
  note_unnamed_copies(context);
  if (invocation.options.start) start(application, report);
  std::vector<std::string> left;
  for (const Leftover& leftover : report.leftovers) {
    if (leftover.why_kept.empty()) continue;
    left.push_back(fmt::format("{} is left: {}", printable(leftover.path.native()),
                               printable(leftover.why_kept)));
  }
  const int code = exit_code(report.outcome);
  return {invocation.settings.format.value == Format::json
              ? json_report::of(report, code)
              : told_to_people(invocation, code,
                               human_report::of(report, invocation.out, typed_options(invocation)),
                               left),
          code};
}

}  // namespace baseline
