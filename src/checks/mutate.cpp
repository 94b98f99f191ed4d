#include "checks/mutate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "os/clock.hpp"

namespace baseline {
namespace {

// These look at what is outside of a database: at a file and a program that a mutant does not have.
bool looks_outside(const CheckHead& head) { return head.kind == "log" || head.kind == "command"; }

// No check that runs here asks where it is.
const Surroundings kNowhere;

CheckResult result_of(const Check& check, const Case& values, Verdict verdict) {
  CheckResult result(identity_of(check.head()));
  result.case_label = values.label;
  result.status = verdict.status;
  result.expected = std::move(verdict.expected);
  result.got = std::move(verdict.got);
  result.sql = std::move(verdict.sql);
  result.why = std::move(verdict.why);
  result.note = std::move(verdict.note);
  result.hint = check.head().hint;
  return result;
}

std::string title(const CheckResult& result) {
  const std::string path = result.check->path();
  return result.case_label.empty() ? path : fmt::format("{} [{}]", path, result.case_label);
}

class Trial {
 public:
  Trial(const MutationRequest& request, const std::function<void()>& interrupted)
      : request_(request), interrupted_(interrupted) {
    for (const auto& check : request.suites.checks()) {
      const CheckHead& head = check->head();
      if (!request.selection.takes(*check) || head.skip) continue;
      // A warning stops no deploy, so it keeps nothing from going live.
      if (head.severity == Severity::warn && !request.strict) continue;
      if (looks_outside(head)) {
        report_.left_out.push_back({head.path(), fmt::format("a mutant has no {}", head.kind)});
        continue;
      }
      if (head.runs_in(Phase::before)) before_.push_back(check.get());
      if (head.runs_in(Phase::after)) after_.push_back(check.get());
    }
  }

  MutationReport run() {
    const SteadyClock::time_point start = SteadyClock::now();
    report_.migration = request_.migration.file;
    report_.revision = request_.migration.revision;
    report_.demanded = request_.demanded;
    prove_fit();
    if (report_.unfit.empty()) {
      for (const Mutant& mutant : request_.engine.mutants(request_.migration)) try_out(mutant);
    }
    report_.took = SteadyClock::now() - start;
    return std::move(report_);
  }

 private:
  using Judges = std::vector<const Check*>;

  void stop_if_asked() const {
    if (interrupted_) interrupted_();
  }

  // The first result of the check that is no pass.
  std::optional<CheckResult> failure(const Check& check, const CheckContext& context) const {
    for (const Case& values : check.head().cases) {
      stop_if_asked();
      Verdict verdict = check.run(context, values);
      if (verdict.status == Status::pass) continue;
      stop_if_asked();  // what a signal cut short is no result
      return result_of(check, values, std::move(verdict));
    }
    return std::nullopt;
  }

  // A check that does not pass on the baseline itself says nothing about a mutant. Before the swap
  // it would stop every deploy; afterwards it may need what only the application makes.
  void prove_fit() {
    Session& reference = request_.reference;
    Scratch candidate(reference);
    for (const Check* check : before_) {
      auto result = failure(*check, {reference, reference, candidate, Phase::before, kNowhere});
      if (result) report_.unfit.push_back(*std::move(result));
    }
    const auto live = request_.engine.deployed(reference);
    Scratch clone(*live);
    std::erase_if(after_, [&](const Check* check) {
      const auto result = failure(*check, {*live, reference, clone, Phase::after, kNowhere});
      if (!result) return false;
      report_.left_out.push_back(
          {check->head().path(), "does not pass right after a deploy: " + result->got});
      return true;
    });
  }

  void try_out(const Mutant& mutant) {
    stop_if_asked();
    const Migration bent = mutated(request_.migration, mutant);
    std::unique_ptr<Session> reference;
    try {
      reference = request_.engine.apply(bent);
    } catch (const Error& error) {
      stop_if_asked();
      if (error.code() != ErrorCode::usage) throw;
      ++report_.stillborn;
      return;
    }
    if (request_.engine.same(*reference, request_.reference)) {
      ++report_.equivalent;
      return;
    }
    report_.results.push_back({mutant, line_of(request_.migration, mutant),
                               line_text(request_.migration, mutant), killer_of(*reference)});
  }

  std::string killer_of(Session& reference) const {
    if (const auto killer = first_killer(Phase::before, reference, reference)) return *killer;
    if (const auto killer =
            first_killer(Phase::after, *request_.engine.deployed(reference), reference)) {
      return *killer;
    }
    // What does not run here must still fit: a suite that does not load stops the deploy.
    try {
      const auto apply = [&](const Migration& other) { return request_.engine.apply(other); };
      Suites::load(request_.sources, reference, apply, request_.options);
    } catch (const Error& error) {
      stop_if_asked();
      return error.problems().empty() ? error.what() : error.problems().front().text("error");
    }
    return {};
  }

  std::optional<std::string> first_killer(Phase phase, Session& subject, Session& reference) const {
    Scratch scratch(subject);
    for (const Check* check : phase == Phase::before ? before_ : after_) {
      const auto result = failure(*check, {subject, reference, scratch, phase, kNowhere});
      if (result) return title(*result);
    }
    return std::nullopt;
  }

  const MutationRequest& request_;
  const std::function<void()>& interrupted_;
  Judges before_;
  Judges after_;
  MutationReport report_;
};

}  // namespace

std::size_t MutationReport::killed() const {
  return static_cast<std::size_t>(std::ranges::count_if(results, &MutantResult::killed));
}

double MutationReport::share() const {
  if (results.empty()) return 0;
  constexpr double kTenths = 1000;
  const double share =
      kTenths * static_cast<double>(killed()) / static_cast<double>(results.size());
  return std::floor(share) / 10;
}

bool MutationReport::enough() const {
  if (!unfit.empty()) return false;
  if (!demanded) return true;
  const auto all = static_cast<double>(results.size());
  return static_cast<double>(killed()) * 100 >= *demanded * all;
}

std::map<MutantKind, MutationReport::Count> MutationReport::by_kind() const {
  std::map<MutantKind, Count> out;
  for (const MutantResult& result : results) {
    Count& count = out[result.mutant.kind];
    ++count.all;
    if (result.killed()) ++count.killed;
  }
  return out;
}

MutationReport mutate(const MutationRequest& request, const std::function<void()>& interrupted) {
  demand_selected(request.suites, request.selection);
  MutationReport report = Trial(request, interrupted).run();
  if (report.unfit.empty() && report.results.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("nothing in {} can be bent", printable(request.migration.file)),
                "it declares nothing that a check could be about");
  }
  return report;
}

}  // namespace baseline
