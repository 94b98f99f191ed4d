#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "os/memory_reserve.hpp"
#include "os/signals.hpp"
#include "pipeline/application.hpp"
#include "pipeline/context.hpp"
#include "pipeline/filing.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// What `deploy` and `rollback` do alike, from the staged candidate on.
struct ReplaceSteps {
  Intent intent;
  ApplicationControl& application;
  Deadline deadline;
  /// How long to wait for the last process to let go, once the application was stopped.
  std::chrono::milliseconds patience{5'000};
  LogsNow logs = {};
  bool as_found = false;
  DraftContent draft = DraftContent::current;  ///< set when the old database is frozen
  Sealing sealing = Sealing::now;
  bool keep_on_failure = false;
  bool is_gate = false;  ///< the application is started by who called, once the run has ended
  /// Builds the candidate and judges it. False: its checks failed; undo.
  std::function<bool(Replacement&)> stage = {};
  /// Called when the old database is filed: what else the command has to conclude. May be empty.
  std::function<void()> conclude = {};
  /// Judges the live database inside the window. False: its checks failed; swap back. May be empty.
  std::function<bool(Replacement&)> judge_live = {};
  /// Starts the application, after the window, and judges what needs it. May be empty. What a
  /// failure means is `keep`: the new database stays, and the application may not run.
  enum class Started { well, keep, swap_back };
  std::function<Started(Replacement&)> bring_up = {};
  /// For the way back, should the memory have run out.
  MemoryReserve reserve = {};
};

/// prepare · stage · announce · [stop] · freeze · [copy] · swap · judge · [start] · file · record.
/// Undoes what it did when anything fails before the swap, and swaps back when the live database is
/// judged bad or cannot be judged; any exception counts, expected or not. Fills the report;
/// rethrows errors with the old database in place, or as Error{needs_person}. When the new database
/// is live and only the filing fails, that is a warning: the journal stays, and the next run
/// finishes it.
void replace(ReplaceSteps& steps, const Context& context, Replacement& replacement,
             ReplaceReport& report);

/// Lets the gate of `run` open on the new database, notes when, and where the application is
/// started `by_hand` says that it is time. Called before a start command, which may be that gate.
/// Where it cannot be noted, that is a warning: the gate opens when the run has ended.
void let_application_in(const Context& context, Replacement& replacement, bool by_hand,
                        ReplaceReport& report);

/// Looks at the database that would be replaced, who has it open where `holders`, and how it would
/// be kept. Throws when the catalogue cannot be used.
void look_at_live(const Context& context, bool holders, BackupChoice backup, ReplaceReport& report);

/// Brings in what a crashed writer left, so that the old database is one file and can be looked at.
/// False, where `as_found` allows it: it cannot be done, because what is there is no database.
bool settled(Replacement& replacement, const Deadline& deadline, bool as_found);

/// The kind of the result that add_integrity_check() adds.
inline constexpr std::string_view kIntegrityKind = "integrity";

/// Adds the engine's own integrity check, as a check among the others.
void add_integrity_check(SuiteReport& report, Session& subject, Session::Depth depth);

/// Runs `act`, and starts the application afterwards when it was stopped and the run has not
/// started it, however it ended. Errors are passed on with a note about it.
ReplaceReport with_application(ApplicationControl& application, const Context& context,
                               const std::function<void(ReplaceReport&)>& act);

/// Adds the warning "WHAT: WHY". Never throws.
void add_failure(ReplaceReport& report, std::string_view what, std::string_view why) noexcept;

/// Does what comes after the run, which has ended by then: that it fails is a warning.
template <typename Act>
void warn_of_failure(ReplaceReport& report, std::string_view what, const Act& act) {
  try {
    surprises_as_errors(act);
  } catch (const Error& error) {
    add_failure(report, what, error.what());
  } catch (const Interrupted&) {
    report.late_signal = pending_signal();
  }
}

/// What `sealing` means for backups that earlier runs left unsealed: with Sealing::now they are
/// sealed, too, once the run has ended well. What fails is a warning.
void seal_earlier(Sealing sealing, const Context& context, ReplaceReport& report);

/// The commands that a run would run, for --dry-run.
std::vector<HookRun> planned_hooks(const Application& hooks, bool is_rollback);

/// How the database will be replaced; throws Error{refused} when it cannot be where it is, before
/// any file is made. That is a first look, without the lock: hold_in_order() decides. A run that is
/// under way or was interrupted may leave the place looking odd (two names of one file): then it is
/// left to that.
void plan_exchange(const Context& context, ReplaceReport& report);

/// Keeps other runs out, puts in order what an interrupted one left, and decides how the database
/// will be replaced. Throws as plan_exchange().
std::unique_ptr<Replacement> hold_in_order(const Context& context, const RunIdentity& identity,
                                           const Deadline& deadline,
                                           ApplicationControl& application, ReplaceReport& report);

/// Throws Error{refused} when the engine cannot even open the old database, whose content would
/// have to be replaced in place.
void require_content_in_place(const ReplaceReport& report);

/// Warns that the old database cannot be read; it is kept as it is and comes back as it was.
void warn_of_unreadable(ReplaceReport& report);

/// Warns of what the engine finds wrong with the old database. It reads the whole of it, for two
/// seconds at most, which is a plan's work: a deploy keeps every byte of it, whatever this says.
void warn_of_complaint(const Context& context, ReplaceReport& report);

/// Throws Error{refused} when the backup would be lost with the container that it is made in, and
/// the user has not named its directory.
void require_lasting(const BackupPlan& plan, const Context& context);

/// Throws Error{refused} when a filesystem has not the bytes that a run needs.
void require_space(std::uint64_t needed, std::uint64_t free, const std::string& where);

}  // namespace baseline
