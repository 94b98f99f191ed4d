#include "checks/mutate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/trial.hpp"
#include "os/clock.hpp"
#include "os/shared_work.hpp"

namespace baseline {
namespace {

// As many as are wanted, one from each of as many equal parts.
std::vector<Mutant> sampled(std::vector<Mutant> mutants, std::optional<std::size_t> wanted) {
  if (!wanted || *wanted >= mutants.size()) return mutants;
  std::vector<Mutant> out;
  for (std::size_t i = 0; i < *wanted; ++i) {
    out.push_back(std::move(mutants[i * mutants.size() / *wanted]));
  }
  return out;
}

// The result of one mutant on its way from the process that has tried it.
std::string packed_outcome(const Trial::Outcome& outcome) {
  return std::string(1, static_cast<char>(outcome.kind)) + outcome.killer;
}

Trial::Outcome unpacked_outcome(const std::string& text) {
  return {static_cast<Trial::Outcome::Kind>(text.at(0)), text.substr(1)};
}

/// Tells an observer how many mutants have been tried.
class Tries {
 public:
  Tries(Observer* observer, std::size_t total) : observer_(observer), total_(total) {
    if (observer_ != nullptr) observer_->step_started(Step::try_mutants);
  }
  ~Tries() {
    const auto took = SteadyClock::now() - start_;
    if (observer_ != nullptr) observer_->step_finished(Step::try_mutants, took, done_ == total_);
  }
  Tries(const Tries&) = delete;
  Tries& operator=(const Tries&) = delete;

  void one_more() {
    ++done_;
    if (observer_ != nullptr) observer_->progress(Step::try_mutants, done_, total_);
  }

 private:
  Observer* observer_;
  std::size_t total_;
  std::size_t done_ = 0;
  SteadyClock::time_point start_ = SteadyClock::now();
};

void try_all(const MutationRequest& request, Trial& trial, const std::vector<Mutant>& mutants,
             MutationReport& report) {
  std::vector<std::optional<Trial::Outcome>> outcomes(mutants.size());
  Tries tries(request.observer, mutants.size());
  try {
    share_out({mutants.size(), request.processes, [&] { trial.stand_alone(); },
               [&](std::size_t i) { return packed_outcome(trial.outcome_of(mutants[i])); },
               [&](std::size_t i, const std::string& result) {
                 outcomes[i] = unpacked_outcome(result);
                 tries.one_more();
               }});
  } catch (const Interrupted& interrupted) {
    report.interrupted = interrupted.signal();
  }
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    using Kind = Trial::Outcome::Kind;
    const auto& outcome = outcomes[i];
    if (!outcome) {
      ++report.untried;
    } else if (outcome->kind == Kind::stillborn) {
      ++report.stillborn;
    } else if (outcome->kind == Kind::equivalent) {
      ++report.equivalent;
    } else {
      report.results.push_back({mutants[i], line_of(request.migration, mutants[i]),
                                line_text(request.migration, mutants[i]), outcome->killer});
    }
  }
}

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
  const SteadyClock::time_point start = SteadyClock::now();
  MutationReport report;
  report.migration = request.migration.file;
  report.revision = request.migration.revision;
  report.demanded = request.demanded;
  report.sample = request.sample;
  const SqlTime held(request.engine, SqlClock::held);
  Trial trial(request, interrupted);
  trial.prove_fit(report);
  if (report.unfit.empty()) {
    std::vector<Mutant> mutants = request.engine.mutants(request.migration);
    report.made = mutants.size();
    try_all(request, trial, sampled(std::move(mutants), request.sample), report);
  }
  report.took = SteadyClock::now() - start;
  const bool nothing = report.results.empty() && report.untried == 0 && !report.sample;
  if (report.unfit.empty() && nothing) {
    throw Error(ErrorCode::usage,
                fmt::format("nothing in {} can be bent", printable(request.migration.file)),
                "it declares nothing that a check could be about");
  }
  return report;
}

}  // namespace baseline
