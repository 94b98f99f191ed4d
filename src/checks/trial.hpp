#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/check.hpp"
#include "checks/mutate.hpp"

namespace baseline {

/// Puts mutants before the suites, one at a time.
class Trial {
 public:
  /// `request` must outlive it. `interrupted` is asked between checks; it may throw.
  Trial(const MutationRequest& request, std::function<void()> interrupted);

  /// Runs the checks on the baseline itself, and writes into `report` which of them do not pass
  /// there, and which cannot judge mutants. Once, and first.
  void prove_fit(MutationReport& report);

  /// Applies the migration anew: in another process, and once the time is held.
  void stand_alone();

  struct Outcome {
    enum class Kind { stillborn, equivalent, killed, survived };
    Kind kind = Kind::survived;
    std::string killer;
  };
  Outcome outcome_of(const Mutant& mutant) const;

 private:
  struct Judge {
    const Check* check;
    bool takes_values;  ///< in its fixtures, which may differ from case to case then
    Touched given;      ///< by its fixtures, on the baseline
    Touched own;        ///< by its own SQL
  };

  void stop_if_asked() const;
  std::optional<CheckResult> failure(const Check& check, const CheckContext& context) const;
  std::optional<CheckResult> prove(Judge& judge, Session& subject, Phase phase) const;
  bool asks_for_all(const Touched& touched) const;
  std::vector<const Check*> concerned(Phase phase, const Difference& difference,
                                      bool other_rows) const;
  std::optional<std::string> first_killer(const std::vector<const Check*>& checks, Phase phase,
                                          Session& subject, Session& reference) const;
  std::string killer_of(Session& mutant, const Difference& difference, bool other_rows) const;

  const MutationRequest& request_;
  std::function<void()> interrupted_;
  std::vector<std::string> packed_;
  std::vector<SuiteSource> sources_;  ///< parsed once
  std::unique_ptr<Session> reference_;
  std::vector<Judge> before_;
  std::vector<Judge> after_;
  std::set<std::string, std::less<>> objects_;  ///< of the baseline, in lower case
  std::set<std::string, std::less<>> filled_;   ///< its tables that have rows, likewise
};

}  // namespace baseline
