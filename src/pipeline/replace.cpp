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
#include "pipeline/sealing.hpp"

namespace baseline {
namespace {

void note_admission(const Context& context, Replacement& replacement, bool replaced) {
  try {
    surprises_as_errors([&] { replacement.note_admission(replaced); });
  } catch (const Error& error) {
    context.observer.warning(error.what());
  }
}

// The old database is live, and free. The application is started while the journal still tells that
// it was stopped: no crash leaves it down without a word.
void end_undone(const ReplaceSteps& steps, const Context& context, Replacement& replacement) {
  note_admission(context, replacement, false);
  steps.application.start_again(&replacement);
  replacement.finish();
}

// Undoes the run while `error` is on its way out; what goes wrong here must not hide it.
template <typename AnyError>
void undo_noting(ReplaceSteps& steps, const Context& context, Replacement& replacement,
                 AnyError& error) {
  if constexpr (std::is_same_v<AnyError, Error>) {
    // What needs a person stays exactly as it is.
    if (error.code() == ErrorCode::needs_person) return;
  }
  steps.reserve.release();
  const auto tell = [&](const std::string& text) {
    if constexpr (std::is_same_v<AnyError, Error>) {
      error.add_note(text);
    } else {
      context.observer.warning(text);
    }
  };
  bool undone = false;
  try {
    surprises_as_errors([&] {
      const auto written = undo(context, replacement, steps.intent);
      undone = true;
      if (written) {
        tell(
            fmt::format("the new database was live for a moment, and somebody wrote to it: it is "
                        "kept as the backup {}",
                        printable(written->manifest.id)));
      }
      end_undone(steps, context, replacement);
    });
  } catch (const Error& second) {
    if (!undone) steps.application.start_again(nullptr);
    tell(fmt::format("undoing the run failed as well: {}; baseline recover will do it",
                     second.what()));
  }
}

void stop_window(ReplaceReport& report, SteadyClock::time_point start) {
  report.unavailable = SteadyClock::now() - start;
}

// The swap is done, and something is wrong with the new database: the old one comes back. Throws
// Error{needs_person} where it is not back.
void revert(ReplaceSteps& steps, const Context& context, Replacement& replacement,
            ReplaceReport& report) {
  steps.reserve.release();
  const StepScope step(context.observer, Step::swap_back);
  try {
    // An application that comes up by itself opens the new database now and then; it is worth a few
    // seconds to find it closed.
    put_old_back(context, replacement, steps.intent,
                 steps.deadline.at_least(std::chrono::seconds(5)));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& surprise) {
    throw Error(ErrorCode::needs_person,
                fmt::format("the old database could not be put back: {}", surprise.what()),
                "stop the application, then run: baseline recover");
  }
  report.swapped_back = true;
}

// The same while `error` is on its way out; where the old database is not back, that is the error.
void revert_for(const Error& error, ReplaceSteps& steps, const Context& context,
                Replacement& replacement, ReplaceReport& report) {
  try {
    revert(steps, context, replacement, report);
  } catch (Error& stuck) {
    stuck.add_note(error.what());
    throw;
  }
}

void clean_up_after_revert(const ReplaceSteps& steps, const Context& context,
                           Replacement& replacement, ReplaceReport& report) {
  try {
    surprises_as_errors([&] {
      report.failed_backup = undo(context, replacement, steps.intent);
      record(context, steps.intent,
             {steps.intent.command,
              fmt::format("{}; swapped back", what_failed(report.after)),
              false,
              {},
              report.unavailable});
      end_undone(steps, context, replacement);
    });
  } catch (const Error& error) {
    // The old database is back, and why matters more than that something could not be tidied up.
    report.warnings.push_back(
        fmt::format("not all could be tidied up: {}; run: baseline recover", error.what()));
  }
}

// D12: whether the new database stays. Throws with the old one back in place.
bool judged_good(ReplaceSteps& steps, const Context& context, Replacement& replacement,
                 ReplaceReport& report) {
  if (!steps.judge_live) return true;
  try {
    return surprises_as_errors([&] {
      StepScope step(context.observer, Step::check_live);
      if (steps.judge_live(replacement)) return true;
      step.failed();
      report.kept_despite_failure = steps.keep_on_failure;
      return steps.keep_on_failure;
    });
  } catch (const Error& error) {
    // It cannot even be judged. The old database comes back before anybody hears of it.
    revert_for(error, steps, context, replacement, report);
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
    replacement.set_companions_aside(context.catalogue.open_unfinished(steps.intent.run));
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
void take_back(ReplaceSteps& steps, const Context& context, Replacement& replacement,
               ReplaceReport& report) {
  try {
    surprises_as_errors([&] { replacement.announce_swap_back(); });
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
  report.ready.clear();
  report.outcome = Outcome::checks_failed;
}

// The application on the new database. Throws with the old one back in place.
ReplaceSteps::Started brought_up(ReplaceSteps& steps, const Context& context,
                                 Replacement& replacement, ReplaceReport& report) {
  if (!steps.bring_up) {
    let_application_in(context, replacement, !steps.is_gate, report);
    return ReplaceSteps::Started::well;
  }
  try {
    return surprises_as_errors([&] { return steps.bring_up(replacement); });
  } catch (const Error&) {
    take_back(steps, context, replacement, report);
    throw;
  }
}

// D13 to D15. The new database is live and stays: what fails here is a warning.
void finish(ReplaceSteps& steps, const Context& context, Replacement& replacement,
            ReplaceReport& report) {
  steps.reserve.release();
  try {
    surprises_as_errors([&] {
      report.backup = file_backup(context, replacement, steps.intent, steps.draft, steps.sealing);
      if (steps.conclude) steps.conclude();
      const std::string outcome = !report.kept_despite_failure ? "done"
                                  : failed_hook(report.after).empty()
                                      ? "kept despite failed checks"
                                      : fmt::format("kept, but {}", failed_hook(report.after));
      record(context, steps.intent,
             {steps.intent.command, outcome, true, report.backup, report.unavailable,
              replacement.built_sha256()});
      replacement.finish();
    });
  } catch (const Error& error) {
    if (error.code() == ErrorCode::needs_person) throw;
    report.warnings.push_back(
        fmt::format("the new database is live, but {}: {}; run: baseline recover",
                    report.backup ? "the run could not be concluded"
                                  : "the old one could not be filed as a backup yet",
                    error.what()));
  }
}

// D3 to D11. False: the checks on the candidate failed, and all is undone. Throws with the old
// database live.
bool went_live(ReplaceSteps& steps, const Context& context, Replacement& replacement,
               ReplaceReport& report, SteadyClock::time_point& window_start) {
  replacement.prepare(steps.intent);
  stop_if_interrupted();
  if (!steps.stage(replacement)) {
    undo(context, replacement, steps.intent);
    end_undone(steps, context, replacement);
    report.outcome = Outcome::checks_failed;
    return false;
  }
  stop_if_interrupted();
  replacement.announce();
  if (steps.application.can_stop()) {
    steps.intent.logs = steps.application.stop(replacement, steps.logs);
    // It may take a moment until the last of its processes has let go.
    steps.deadline = Deadline(steps.patience);
  }
  bring_live(steps, context, replacement, report, window_start);
  return true;
}

}  // namespace

void let_application_in(const Context& context, Replacement& replacement, bool by_hand,
                        ReplaceReport& report) {
  note_admission(context, replacement, true);
  report.ready = rfc3339(context.now());
  if (!by_hand || !report.old.exists) return;
  try {
    // To seal the backup takes as long as the old database takes to be read.
    context.observer.ready();
  } catch (const std::exception&) {
    // It is told at the end, too.
  }
}

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
  // Decided here, where no other run changes the place any more, and for all that follows: what was
  // decided before the lock was ours was about the place as another run had it, or not asked at
  // all.
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

void warn_of_unreadable(ReplaceReport& report) {
  if (!report.old.exists || report.old.unsettled || report.old.unreadable.empty()) return;
  report.warnings.push_back(fmt::format("{}; it is kept as it is, and a rollback puts it back so",
                                        report.old.unreadable));
}

void warn_of_complaint(const Context& context, ReplaceReport& report) {
  const DatabaseFacts& old = report.old;
  if (!old.exists || old.unsettled || !old.unreadable.empty()) return;
  LookOptions options;
  options.count_rows_for = std::chrono::milliseconds(0);
  options.complaint_for = std::chrono::seconds(2);
  report.old.complaint = context.store.look(options).complaint;
  if (old.complaint.empty()) return;
  report.warnings.push_back(
      fmt::format("{} finds fault with the old database: {}; it is kept as it is, and a rollback "
                  "puts it back so",
                  context.store.engine(), printable(old.complaint)));
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
  const SuddenEnd none(false);  // what a signal undoes is undone to the end
  try {
    const bool live = surprises_as_errors(
        [&] { return went_live(steps, context, replacement, report, window_start); });
    if (!live) return;
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
  switch (brought_up(steps, context, replacement, report)) {
    case ReplaceSteps::Started::well:
      break;
    case ReplaceSteps::Started::keep:
      report.kept_despite_failure = true;
      break;
    case ReplaceSteps::Started::swap_back:
      return take_back(steps, context, replacement, report);
  }
  if (report.kept_despite_failure) report.outcome = Outcome::checks_failed;
  finish(steps, context, replacement, report);
  report.late_signal = pending_signal();
}

ReplaceReport with_application(ApplicationControl& application, const Context& context,
                               const std::function<void(ReplaceReport&)>& act) {
  ReplaceReport report;
  try {
    surprises_as_errors([&] { act(report); });
  } catch (Error& error) {
    if (error.code() == ErrorCode::needs_person) {
      // On which database it would run, nobody knows.
      if (application.is_stopped()) error.add_note("the application was stopped");
      throw;
    }
    application.start_again(nullptr);
    if (application.trouble()) {
      error.add_note(*application.trouble());
    } else if (const auto done = application.report(); done && done->running) {
      error.add_note("the application was started again");
    }
    throw;
  } catch (const Interrupted&) {
    application.start_again(nullptr);
    if (application.trouble()) {
      context.observer.warning(*application.trouble());
    }
    throw;
  }
  // What the run did is done: the exit code tells that, whatever becomes of the rest.
  warn_of_failure(report, "the state of the application is not known", [&] {
    // Who has no command to start it with starts it by hand after a run that went well.
    if (application.can_start() || report.outcome != Outcome::done) {
      application.start_again(nullptr);
    }
    if (application.trouble()) {
      report.warnings.push_back(*application.trouble());
    }
    report.application = application.report();
  });
  return report;
}

void add_failure(ReplaceReport& report, std::string_view what, std::string_view why) noexcept {
  try {
    report.late_signal = pending_signal();
    report.warnings.push_back(fmt::format("{}: {}", what, why));
  } catch (const std::exception&) {
    // Not even the memory to say so; what was done is done.
  }
}

void seal_earlier(Sealing sealing, const Context& context, ReplaceReport& report) {
  if (sealing == Sealing::later || report.outcome != Outcome::done) return;
  warn_of_failure(report, "earlier backups could not be sealed", [&] {
    seal_all(context, report.warnings);
    report.late_signal = pending_signal();
  });
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
