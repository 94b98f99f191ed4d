#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/run_records.hpp"
#include "cli/workplace.hpp"
#include "os/program.hpp"
#include "pipeline/gate.hpp"
#include "report/human.hpp"
#include "report/json.hpp"

namespace baseline {
namespace {

// 127 and 126, as shells have it.
CommandResult cannot_run(const Invocation& invocation, int error) {
  const Error told(ErrorCode::usage,
                   fmt::format("cannot run {}: {}", printable(invocation.options.words.front()),
                               std::generic_category().message(error)),
                   "name a program that is there, or its path");
  const int code = exit_code_of_exec(error);
  CommandResult result;
  result.exit_code = code;
  result.messages = human_report::of(told, Style(false));
  if (invocation.settings.format.value == Format::json) {
    result.output = json_report::of(told, code);
  }
  return result;
}

// What a deploy has done, on stderr: stdout is the application's.
void tell_report(const Invocation& invocation, const ReplaceReport& report) {
  for (const std::string& warning : report.warnings) invocation.observer.warning(warning);
  invocation.observer.note(fmt::format(
      "{} is at baseline {} now{}", printable(report.database), printable(report.revision),
      report.backup
          ? ", the old database is the backup " + printable(report.backup->directory.native())
          : std::string()));
}

// The run ends here: what follows is another program.
void keep_record_now(const Invocation& invocation) {
  CheckRun& run = invocation.run;
  run.exit_code = exit_code(Outcome::done);
  run.took = std::chrono::system_clock::now() - run.started;
  if (const auto trouble = keep_record(run)) invocation.observer.warning(*trouble);
}

// Nothing when the application may start.
std::optional<CommandResult> gate(const Invocation& invocation) {
  Workplace workplace(invocation);
  // To read the suites takes longer than all the rest, and they have a say only where something
  // differs.
  const Migration migration = migration_of(invocation.settings);
  if (is_gate_open(*open_engine()->apply(migration), workplace.context())) return {};
  const Inputs inputs(invocation);
  GateRequest request{deploy_request(invocation, inputs)};
  request.deploy.application = {};
  request.deploy.judge_running = {};
  request.deploys = invocation.settings.on_start.value == OnStart::deploy;
  request.wipe_old = invocation.options.wipe_old;
  const auto report = pass_gate(std::move(request), workplace.context());
  if (!report) return {};
  if (report->outcome == Outcome::done) {
    told([&] {
      conclude(invocation.run, *report);
      tell_report(invocation, *report);
      keep_record_now(invocation);
    });
    return {};
  }
  CommandResult result = rendered(invocation, *report);
  if (invocation.settings.format.value == Format::human) std::swap(result.output, result.messages);
  return result;
}

}  // namespace

CommandResult run_run(const Invocation& invocation) {
  const std::vector<std::string>& words = invocation.options.words;
  // Before anything is touched.
  if (const int error = why_not_executable(words.front())) return cannot_run(invocation, error);
  if (invocation.settings.on_start.value != OnStart::skip) {
    if (auto refusal = gate(invocation)) return *std::move(refusal);
  }
  invocation.observer.done();
  return cannot_run(invocation, become(words));
}

}  // namespace baseline
