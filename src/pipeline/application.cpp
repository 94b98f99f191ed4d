#include "pipeline/application.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/child_text.hpp"
#include "os/child_process.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "pipeline/filing.hpp"

namespace baseline {
namespace {

// All of ours: the command is the owner's own, and systemctl, docker or git need much of it.
std::vector<std::string> hook_environment(const Context& context, const std::string& command,
                                          const char* hook) {
  std::vector<std::string> out;
  for (char** variable = environ; *variable != nullptr; ++variable) out.emplace_back(*variable);
  out.push_back("BASELINE_DB=" + context.store.location());
  out.push_back("BASELINE_COMMAND=" + command);
  out.push_back(fmt::format("BASELINE_HOOK={}", hook));
  return out;
}

std::string described_hook(const HookRun& run) {
  return fmt::format("{} ({})", run.got, run.command);
}

}  // namespace

ApplicationControl::ApplicationControl(const Application& hooks, const Context& context,
                                       std::string command)
    : hooks_(hooks), context_(context), command_(std::move(command)) {}

void ApplicationControl::take_over(ApplicationState state) {
  if (state == ApplicationState::stopping || state == ApplicationState::stopped) {
    state_ = State::stopped;
  }
}

CheckResult ApplicationControl::run(Step step, const char* name, const Hook& hook) {
  StepScope scope(context_.observer, step);
  ChildSpec spec{hook.argv, hook_environment(context_, command_, name), hooks_.directory,
                 hook.timeout};
  spec.detaches = true;
  const SteadyClock::time_point start = SteadyClock::now();
  HookRun& done = runs_.emplace_back();
  done.hook = name;
  done.command = printable(command_line(hook.written));
  try {
    const ChildOutcome outcome = run_child(spec);
    done.good = outcome.end == ChildOutcome::End::exited && outcome.code == 0;
    done.was_run = outcome.end != ChildOutcome::End::not_started;
    done.got = described_end(outcome, printable(hook.written.front()), hook.timeout);
    if (!done.good) done.output = shown_output(outcome);
  } catch (const Error& error) {
    // No descriptors or processes are left: a failure like any other.
    done.was_run = false;
    done.got = concealed(error.what());
  }
  done.took = SteadyClock::now() - start;

  CheckResult result(own_check(fmt::format("application.{}", name), kHookKind));
  result.took = done.took;
  if (done.good) return result;
  scope.failed();
  result.status = Status::fail;
  result.expected = "exit 0";
  result.got = done.got;
  result.sql = done.command;
  result.why = done.output;
  return result;
}

std::vector<LogPosition> ApplicationControl::stop(Replacement& replacement, const LogsNow& logs) {
  replacement.note_application(ApplicationState::stopping, {});
  stopped_at_ = SteadyClock::now();
  // A signal ends the command, and then it may have stopped all the same.
  const State before = std::exchange(state_, State::stopped);
  run(Step::stop_application, "stop", *hooks_.stop);
  const HookRun& done = runs_.back();
  if (!done.good) {
    if (!done.was_run) state_ = before;
    Error error(ErrorCode::refused,
                fmt::format("the application could not be stopped: {}; nothing was changed",
                            described_hook(done)),
                "find out why, or stop it by hand; 'stop' may take longer with a 'timeout'");
    if (!done.output.empty()) error.add_note("it said:\n" + printable_lines(done.output));
    throw error;
  }
  std::vector<LogPosition> positions = logs();
  replacement.note_application(ApplicationState::stopped, positions);
  return positions;
}

std::optional<std::string> ApplicationControl::stop_again(Replacement* replacement) {
  if (!hooks_.stop) return {};
  const TooLateToStop finish_in_any_case;
  try {
    return surprises_as_errors([&]() -> std::optional<std::string> {
      if (replacement != nullptr) {
        replacement->note_application(ApplicationState::stopping, {});
      }
      if (!stopped_at_) stopped_at_ = SteadyClock::now();
      state_ = State::stopped;
      run(Step::stop_application, "stop", *hooks_.stop);
      if (runs_.back().good) return {};
      return fmt::format("the application could not be stopped: {}", described_hook(runs_.back()));
    });
  } catch (const Error& error) {
    return fmt::format("the application could not be stopped: {}", error.what());
  }
}

CheckResult ApplicationControl::revert() {
  return run(Step::revert_application, "revert", *hooks_.revert);
}

CheckResult ApplicationControl::start(Replacement* replacement) {
  const TooLateToStop finish_in_any_case;
  state_ = State::failed;
  CheckResult result = run(Step::start_application, "start", *hooks_.start);
  if (result.status != Status::pass) return result;
  state_ = State::started;
  if (stopped_at_) stopped_for_ = SteadyClock::now() - *stopped_at_;
  try {
    surprises_as_errors([&] {
      if (replacement != nullptr) replacement->note_application(ApplicationState::started, {});
    });
  } catch (const Error& error) {
    // After a crash it would be told as stopped, and started twice at most.
    context_.observer.warning(error.what());
  }
  return result;
}

void ApplicationControl::start_again(Replacement* replacement) {
  if (!is_stopped()) return;
  if (!hooks_.start) {
    const bool stop_failed = !runs_.empty() && runs_.back().hook == "stop" && !runs_.back().good;
    trouble_ = fmt::format(
        "the application {}, and no command that starts it is configured",
        stop_failed ? "may not be running: its stop failed" : "is not running: it was stopped");
    return;
  }
  constexpr std::string_view kDown = "the application is not running: ";
  try {
    surprises_as_errors([&] {
      if (start(replacement).status == Status::pass) return;
      const HookRun& done = runs_.back();
      trouble_ = fmt::format("{}{}", kDown, described_hook(done));
      if (!done.output.empty()) *trouble_ += "; it said:\n" + printable_lines(done.output);
    });
  } catch (const Error& error) {
    trouble_ = fmt::format("{}{}", kDown, error.what());
  }
}

std::string_view failed_hook(const std::optional<SuiteReport>& results) {
  if (!results) return {};
  for (const CheckResult& result : results->results) {
    if (result.check->kind != kHookKind || result.status != Status::fail) continue;
    return result.check->name == "application.revert"
               ? "the application's old version could not be put back"
               : "the application did not start";
  }
  return {};
}

std::string_view what_failed(const std::optional<SuiteReport>& results) {
  const std::string_view hook = failed_hook(results);
  return hook.empty() ? "checks failed" : hook;
}

std::optional<ApplicationReport> ApplicationControl::report() const {
  if (runs_.empty() && state_ == State::untouched) return {};
  ApplicationReport report;
  report.running = state_ == State::started;
  report.by_hand = is_stopped() && !can_start() && !trouble_;
  report.stopped_for = stopped_for_;
  report.hooks = runs_;
  return report;
}

}  // namespace baseline
