#include "pipeline/replace.hpp"

#include <fmt/format.h>

#include <type_traits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/child_text.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/recover.hpp"

namespace baseline {
namespace {

// The old database is live, and free. The application is started while the journal still tells that
// it was stopped: no crash leaves it down without a word.
void end_undone(const ReplaceSteps& steps, Replacement& replacement) {
  steps.application.start_again(&replacement);
  replacement.finish();
}

// Undoes the run while `error` is on its way out; what goes wrong here must not hide it.
template <typename AnyError>
void undo_noting(const ReplaceSteps& steps, const Context& context, Replacement& replacement,
                 AnyError& error) {
  if constexpr (std::is_same_v<AnyError, Error>) {
    // What needs a person stays exactly as it is.
    if (error.code() == ErrorCode::needs_person) return;
  }
  bool undone = false;
  try {
    undo(context, replacement, steps.intent);
    undone = true;
    end_undone(steps, replacement);
  } catch (const Error& second) {
    if (!undone) steps.application.start_again(nullptr);
    if constexpr (std::is_same_v<AnyError, Error>) {
      error.add_note(fmt::format("undoing the run failed as well: {}; baseline recover will do it",
                                 second.what()));
    } else {
      context.observer.warning(second.what());
    }
  }
}

void stop_window(ReplaceReport& report, SteadyClock::time_point start) {
  report.unavailable = SteadyClock::now() - start;
}

// The swap is done, and something is wrong with the new database: the old one comes back.
void revert(const ReplaceSteps& steps, const Context& context, Replacement& replacement,
            ReplaceReport& report) {
  const StepScope step(context.observer, Step::swap_back);
  // An application that comes up by itself opens the new database now and then; it is worth a few
  // seconds to find it closed.
  put_old_back(context, replacement, steps.intent,
               steps.deadline.at_least(std::chrono::seconds(5)));
  report.swapped_back = true;
}

void clean_up_after_revert(const ReplaceSteps& steps, const Context& context,
                           Replacement& replacement, ReplaceReport& report) {
  try {
    report.failed_backup = undo(context, replacement, steps.intent);
    record(context, steps.intent,
           {steps.intent.command, "checks failed; swapped back", false, {}, report.unavailable});
    end_undone(steps, replacement);
  } catch (const Error& error) {
    // The old database is back, and why matters more than that something could not be tidied up.
    report.warnings.push_back(
        fmt::format("not all could be tidied up: {}; run: baseline recover", error.what()));
  }
}

// Whatever goes wrong is an Error: no surprise may leave a database live that nobody has judged.
bool judged_live(const ReplaceSteps& steps, Replacement& replacement) {
  try {
    return steps.judge_live(replacement);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::io,
                fmt::format("the new database could not be judged: {}", error.what()));
  }
}

// D12. True: the new database stays.
bool judged_good(const ReplaceSteps& steps, const Context& context, Replacement& replacement,
                 ReplaceReport& report) {
  if (!steps.judge_live) return true;
  StepScope step(context.observer, Step::check_live);
  try {
    if (judged_live(steps, replacement)) return true;
    step.failed();
    if (steps.keep_on_failure) {
      report.kept_despite_failure = true;
      return true;
    }
    return false;
  } catch (Error& error) {
    step.failed();
    // It cannot even be judged. The old database comes back before anybody hears of it.
    try {
      revert(steps, context, replacement, report);
    } catch (Error& stuck) {
      stuck.add_note(error.what());
      throw stuck;
    }
    clean_up_after_revert(steps, context, replacement, report);
    throw;
  }
}

// D6 to D11; throws with the old database live.
void bring_live(ReplaceSteps& steps, const Context& context, Replacement& replacement,
                ReplaceReport& report, SteadyClock::time_point& window_start) {
  replacement.bring_in_log();
  {
    const StepScope step(context.observer, Step::freeze);
    window_start = SteadyClock::now();
    replacement.freeze(steps.deadline, steps.as_found);
  }
  if (replacement.old_was_written_since(report.old)) steps.draft = DraftContent::outdated;
  if (report.old.exists && steps.as_found) {
    Catalogue catalogue = catalogue_of(context, steps.intent);
    replacement.set_companions_aside(catalogue.open_unfinished(steps.intent.run));
  }
  if (report.old.exists && steps.intent.strategy == BackupStrategy::copy) {
    copy_backup(context, replacement, steps.intent, steps.draft);
  }
  const StepScope step(context.observer, Step::swap);
  stop_if_interrupted();
  replacement.swap();
}

// The application could not be started on the new database, or does not work with it. The verdict
// is made durable first: whatever happens meanwhile, the old database comes back.
void take_back(const ReplaceSteps& steps, const Context& context, Replacement& replacement,
               ReplaceReport& report) {
  try {
    replacement.announce_swap_back();
  } catch (const Error& error) {
    // It only helps a later run to finish this.
    report.warnings.emplace_back(error.what());
  }
  const auto trouble = steps.application.stop_again(&replacement);
  try {
    revert(steps, context, replacement, report);
  } catch (Error& stuck) {
    if (trouble) stuck.add_note(*trouble);
    throw;
  }
  clean_up_after_revert(steps, context, replacement, report);
  report.outcome = Outcome::checks_failed;
}

// D13 to D15.
void finish(const ReplaceSteps& steps, const Context& context, Replacement& replacement,
            ReplaceReport& report) {
  report.backup = file_backup(context, replacement, steps.intent, steps.draft);
  if (steps.conclude) steps.conclude();
  const std::string outcome = report.kept_despite_failure ? "kept despite failed checks" : "done";
  record(context, steps.intent,
         {steps.intent.command, outcome, true, report.backup, report.unavailable,
          replacement.built_sha256()});
  replacement.finish();
}

}  // namespace

void add_integrity_check(SuiteReport& report, Session& subject, Session::Depth depth) {
  const SteadyClock::time_point start = SteadyClock::now();
  const std::string name = depth == Session::Depth::full ? "integrity_check" : "quick_check";
  CheckResult result(own_check(name, kIntegrityKind));
  const auto problem = subject.integrity_problem(depth);
  if (problem) {
    result.status = Status::fail;
    result.expected = "a sound database file";
    result.got = *problem;
  }
  result.took = SteadyClock::now() - start;
  report.took += result.took;
  report.results.push_back(std::move(result));
}

void look_at_live(const Context& context, bool holders, BackupChoice backup,
                  ReplaceReport& report) {
  const StepScope step(context.observer, Step::look);
  LookOptions options;
  options.holders = holders;
  report.old = context.store.look(options);
  context.catalogue.require_usable(context.store.location());
  report.plan = context.store.plan_backup(backup, context.catalogue.directory());
  report.warnings = report.old.warnings;
}

bool settled(Replacement& replacement, const Deadline& deadline, bool as_found) {
  try {
    replacement.settle(deadline);
    return true;
  } catch (const Error& error) {
    if (!as_found || error.code() != ErrorCode::refused) throw;
    return false;
  }
}

void plan_exchange(const Context& context, ReplaceReport& report) {
  if (!context.store.interruption()) report.exchange = context.store.plan_exchange();
}

std::unique_ptr<Replacement> hold_in_order(const Context& context, const RunIdentity& identity,
                                           const Deadline& deadline,
                                           ApplicationControl& application, ReplaceReport& report) {
  auto replacement = context.store.hold(identity, deadline);
  report.recovered = recover(context, *replacement, deadline, application);
  if (!report.recovered) return replacement;
  // What was recovered may have been begun in another way than this run will take.
  report.exchange = context.store.plan_exchange();
  return context.store.hold(identity, deadline);
}

void require_content_in_place(const ReplaceReport& report) {
  const DatabaseFacts& old = report.old;
  if (report.exchange.exchange != Exchange::in_place || old.bytes_only.empty()) return;
  const std::string why = old.unreadable.empty()
                              ? fmt::format("{}: {}", printable(report.database), old.bytes_only)
                              : old.unreadable;
  Error error(ErrorCode::refused,
              fmt::format("{}; so its content cannot be replaced in place", why),
              "repair it, or make a swap possible");
  error.add_note("in place, because " + report.exchange.why);
  throw error;
}

void note_what_is_odd(const Context& context, ReplaceReport& report) {
  if (!report.old.exists || report.old.unsettled) return;
  if (!report.old.unreadable.empty()) {
    report.warnings.push_back(fmt::format("{}; it is kept as it is, and a rollback puts it back so",
                                          report.old.unreadable));
    return;
  }
  LookOptions options;
  options.count_rows_for = std::chrono::milliseconds(0);
  options.complaint_for = std::chrono::seconds(2);
  report.old.complaint = context.store.look(options).complaint;
  if (report.old.complaint.empty()) return;
  report.warnings.push_back(
      fmt::format("{} finds fault with the old database: {}; it is kept as it is, and a rollback "
                  "puts it back so",
                  context.store.engine(), printable(report.old.complaint)));
}

void require_lasting(const BackupPlan& plan, const Context& context) {
  if (plan.passing.empty() || context.catalogue_named) return;
  throw Error(ErrorCode::refused,
              fmt::format("the backup would be lost with the container: {}", plan.passing),
              "say with --backups DIR where backups are kept; best, mount the directory of the "
              "database instead of the file");
}

void require_space(std::uint64_t needed, std::uint64_t free, const std::string& where) {
  // A little more than the data: directories, the journal, the manifest.
  constexpr std::uint64_t kMargin = 1U << 20U;
  if (free >= needed + kMargin) return;
  throw Error(ErrorCode::refused,
              fmt::format("not enough space in {}: {} needed, {} free", where,
                          human_size(needed + kMargin), human_size(free)),
              "free some space, or keep the backups elsewhere with --backups");
}

void replace(ReplaceSteps& steps, const Context& context, Replacement& replacement,
             ReplaceReport& report) {
  SteadyClock::time_point window_start;
  try {
    replacement.prepare(steps.intent);
    stop_if_interrupted();
    if (!steps.stage(replacement)) {
      undo(context, replacement, steps.intent);
      end_undone(steps, replacement);
      report.outcome = Outcome::checks_failed;
      return;
    }
    stop_if_interrupted();
    replacement.announce();
    if (steps.application.can_stop()) {
      std::vector<std::string> logs;
      for (const LogPosition& log : steps.intent.logs) logs.push_back(log.path);
      steps.intent.logs = steps.application.stop(replacement, logs);
      // It may take a moment until the last of its processes has let go.
      steps.deadline = Deadline(steps.patience);
    }
    bring_live(steps, context, replacement, report, window_start);
  } catch (Error& error) {
    undo_noting(steps, context, replacement, error);
    throw;
  } catch (Interrupted& interrupted) {
    undo_noting(steps, context, replacement, interrupted);
    throw;
  }

  // The new database is live. From here on a signal comes too late.
  const TooLateToStop too_late;
  const bool good = judged_good(steps, context, replacement, report);
  const bool alone = replacement.old_is_untouched();
  if (!good || !alone) {
    revert(steps, context, replacement, report);
    stop_window(report, window_start);
    clean_up_after_revert(steps, context, replacement, report);
    if (!alone) {
      throw Error(ErrorCode::in_use,
                  fmt::format("a process opened {} during the {}; the old database is in place",
                              printable(context.store.location()), steps.intent.command),
                  "stop the application, then try again");
    }
    report.outcome = Outcome::checks_failed;
    return;
  }
  replacement.admit_users();
  stop_window(report, window_start);
  if (steps.bring_up) {
    switch (steps.bring_up(replacement)) {
      case ReplaceSteps::Started::well:
        break;
      case ReplaceSteps::Started::keep:
        report.kept_despite_failure = true;
        break;
      case ReplaceSteps::Started::swap_back:
        return take_back(steps, context, replacement, report);
    }
  }
  if (report.kept_despite_failure) report.outcome = Outcome::checks_failed;
  try {
    finish(steps, context, replacement, report);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::needs_person) throw;
    report.warnings.push_back(
        fmt::format("the new database is live, but {}: {}; run: baseline recover",
                    report.backup ? "the run could not be concluded"
                                  : "the old one could not be filed as a backup yet",
                    error.what()));
  }
  report.late_signal = pending_signal();
}

ReplaceReport with_application(ApplicationControl& application, const Context& context,
                               const std::function<void(ReplaceReport&)>& act) {
  constexpr std::string_view kDown = "the application is not running: ";
  ReplaceReport report;
  try {
    act(report);
  } catch (Error& error) {
    if (error.code() == ErrorCode::needs_person) {
      // On which database it would run, nobody knows.
      if (application.is_stopped()) error.add_note("the application was stopped");
      throw;
    }
    application.start_again(nullptr);
    if (application.trouble()) {
      error.add_note(fmt::format("{}{}", kDown, *application.trouble()));
    } else if (const auto done = application.report(); done && done->running) {
      error.add_note("the application was started again");
    }
    throw;
  } catch (const Interrupted&) {
    application.start_again(nullptr);
    if (application.trouble()) {
      context.observer.warning(fmt::format("{}{}", kDown, *application.trouble()));
    }
    throw;
  }
  // Who has no command to start it with starts it by hand after a run that went well.
  if (application.can_start() || report.outcome != Outcome::done) application.start_again(nullptr);
  if (application.trouble()) {
    report.warnings.push_back(fmt::format("{}{}", kDown, *application.trouble()));
  }
  report.application = application.report();
  return report;
}

std::vector<HookRun> planned_hooks(const Application& hooks, bool is_rollback) {
  std::vector<HookRun> out;
  const auto add = [&](const char* name, const std::optional<Hook>& hook) {
    if (!hook) return;
    HookRun& planned = out.emplace_back();
    planned.hook = name;
    planned.command = printable(command_line(hook->written));
  };
  add("stop", hooks.stop);
  if (is_rollback) add("revert", hooks.revert);
  add("start", hooks.start);
  return out;
}

}  // namespace baseline
