#include "checks/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/concessions.hpp"
#include "os/signals.hpp"

namespace baseline {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds kFirstPause(100);
constexpr std::chrono::milliseconds kLongestPause(1'000);

// The name as a glob that matches just itself.
std::string exact_glob(std::string_view name) {
  std::string out;
  for (const char c : name) {
    out += c == '*' || c == '?' || c == '[' ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return out;
}

bool may_change(const Verdict& verdict) {
  if (verdict.status == Status::error) return verdict.busy;
  return verdict.status == Status::fail && !verdict.final;
}

/// One check, or one case of it, from its first attempt to its result, which has the same index.
struct SuiteRun {
  const Check* check;
  const Case* values;
  bool pending = false;                           ///< it will be tried again
  TimePoint start = {};                           ///< of the first attempt
  TimePoint::duration worked{};                   ///< of all attempts
  TimePoint next = {};                            ///< pending: when
  std::chrono::milliseconds pause = kFirstPause;  ///< how long the next attempt is put off
};

/// All that one attempt reads is of one state of the database.
class Attempt {
 public:
  explicit Attempt(Session& subject) : subject_(subject) { subject_.begin_reading(); }
  ~Attempt() { subject_.end_reading(); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

 private:
  Session& subject_;
};

class Runner {
 public:
  Runner(Phase phase, Session& subject, Session& reference, const RunOptions& options,
         const std::function<void(const CheckResult&)>& on_result,
         const std::function<void()>& interrupted)
      : options_(options),
        phase_(phase),
        scratch_(subject),
        context_{subject, reference, scratch_, phase, options.surroundings},
        on_result_(on_result),
        interrupted_(interrupted) {}

  /// Makes room for so many results.
  void expect(std::size_t results) {
    runs_.reserve(results);
    results_.reserve(results);
  }

  /// The first attempt of each case.
  void start(const Check& check) {
    const auto identity = std::make_shared<const CheckIdentity>(identity_of(check.head()));
    for (const Case& values : check.head().cases) start(check, identity, values);
  }

  /// Polls those that are pending until there is none.
  void poll() {
    while (SuiteRun* const run = next_pending()) {
      const auto left = run->next - options_.pace.now();
      if (left.count() > 0) {
        if (options_.on_wait) options_.on_wait(awaited());
        options_.pace.sleep(left);
        check_interrupted();
        continue;
      }
      ++result_of(*run).attempts;
      attempt(*run);
      tell_finished();
    }
  }

  // A check that was cut short by a signal is no result.
  void check_interrupted() const {
    if (interrupted_) interrupted_();
  }

  std::vector<CheckResult> take_results() { return std::move(results_); }

 private:
  void start(const Check& check, const std::shared_ptr<const CheckIdentity>& identity,
             const Case& values) {
    check_interrupted();
    SuiteRun& run = runs_.emplace_back(SuiteRun{&check, &values});
    CheckResult& result = results_.emplace_back(identity);
    result.case_label = values.label;
    if (check.head().skip) {
      skip(result, *check.head().skip);
    } else if (phase_ == Phase::after && !options_.application_runs && check.needs_application()) {
      skip(result, std::string(kNeedsApplication));
      result.deferred = true;
    } else {
      run.start = options_.pace.now();
      attempt(run);
    }
    tell_finished();
  }

  static void skip(CheckResult& result, std::string reason) {
    result.status = Status::skip;
    result.skip_reason = std::move(reason);
  }

  CheckResult& result_of(const SuiteRun& run) {
    return results_[static_cast<std::size_t>(&run - runs_.data())];
  }

  // What looks at the whole database (its schema, a copy of it) reports a lock as an Error.
  Verdict verdict_of(const SuiteRun& run) const {
    try {
      const Attempt attempt(context_.subject);
      return run.check->run(context_, *run.values);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::in_use) throw;
      Verdict verdict;
      verdict.status = Status::error;
      verdict.expected = "a database that can be read";
      verdict.got = "database is locked";
      verdict.busy = true;
      return verdict;
    }
  }

  void attempt(SuiteRun& run) {
    const TimePoint begun = options_.pace.now();
    Verdict verdict = verdict_of(run);
    check_interrupted();
    const TimePoint now = options_.pace.now();
    run.worked += now - begun;
    CheckResult& result = result_of(run);
    result.took = now - run.start;
    result.waited = result.took - run.worked;
    const TimePoint end = run.start + run.check->head().wait;
    run.pending = options_.application_runs && may_change(verdict) && now < end;
    if (run.pending) {
      // The last attempt is when the time is over, whatever the pauses come to.
      run.next = std::min(now + run.pause, end);
      run.pause = std::min(2 * run.pause, kLongestPause);
      return;
    }
    conclude(run.check->head(), result, std::move(verdict));
  }

  void conclude(const CheckHead& head, CheckResult& result, Verdict verdict) const {
    result.note = concealed(std::move(verdict.note));
    result.status = verdict.status;
    result.judged_nothing = verdict.status == Status::pass && verdict.judged_nothing;
    if (verdict.status == Status::pass) return;
    if (head.severity == Severity::warn) result.status = Status::warn;
    result.expected = concealed(std::move(verdict.expected));
    result.got = concealed(std::move(verdict.got));
    result.sql = concealed(std::move(verdict.sql));
    result.why = concealed(std::move(verdict.why));
    result.hint = head.hint;
    result.rerun =
        fmt::format("{} --only {}", options_.rerun, shell_quoted(exact_glob(head.path())));
  }

  // In the order of the file, so one that is pending holds back those behind it.
  void tell_finished() {
    for (; told_ < runs_.size() && !runs_[told_].pending; ++told_) {
      if (on_result_) on_result_(results_[told_]);
    }
  }

  // The one that is due first; of several, that which comes first in the files.
  SuiteRun* next_pending() {
    SuiteRun* first = nullptr;
    for (SuiteRun& run : runs_) {
      if (run.pending && (first == nullptr || run.next < first->next)) first = &run;
    }
    return first;
  }

  std::string awaited() const {
    const auto count = std::ranges::count(runs_, true, &SuiteRun::pending);
    if (count > 1) return counted(static_cast<std::uint64_t>(count), "check");
    return std::ranges::find(runs_, true, &SuiteRun::pending)->check->head().path();
  }

  const RunOptions& options_;
  Phase phase_;
  Scratch scratch_;
  CheckContext context_;
  const std::function<void(const CheckResult&)>& on_result_;
  const std::function<void()>& interrupted_;
  std::vector<SuiteRun> runs_;
  std::vector<CheckResult> results_;
  std::size_t told_ = 0;
};

}  // namespace

Pace real_pace() {
  return {std::chrono::steady_clock::now, [](std::chrono::nanoseconds time) {
            wait_for_any({}, std::chrono::ceil<std::chrono::milliseconds>(time));
          }};
}

SuiteReport run_suites(const Suites& suites, Phase phase, Session& subject, Session& reference,
                       const RunOptions& options,
                       const std::function<void(const CheckResult&)>& on_result,
                       const std::function<void()>& interrupted) {
  demand_selected(suites, options.selection);
  const TimePoint start = options.pace.now();
  SuiteReport report;
  report.phase = phase;
  report.strict = options.strict;
  report.concessions = concessions_of(suites, options.selection);
  Runner runner(phase, subject, reference, options, on_result, interrupted);
  std::vector<const Check*> checks;
  std::size_t results = 0;
  for (const auto& check : suites.checks()) {
    if (!check->head().runs_in(phase) || !options.selection.takes(*check)) continue;
    if (options.only_deferred && (check->head().skip || !check->needs_application())) continue;
    checks.push_back(check.get());
    results += check->head().cases.size();
  }
  runner.expect(results);
  for (const Check* const check : checks) runner.start(*check);
  runner.poll();
  runner.check_interrupted();
  report.results = runner.take_results();
  report.took = options.pace.now() - start;
  return report;
}

}  // namespace baseline
