#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/result.hpp"
#include "checks/selection.hpp"
#include "checks/suite.hpp"

namespace baseline {

/// How a phase is run, and what its results print.
struct RunOptions {
  Selection selection;
  bool strict = false;  ///< warnings fail the run too
  std::string rerun;    ///< the command that runs the phase again, for the `rerun` line
};

/// Runs the checks of `phase` against `subject` in file order, on this thread. Nothing that a check
/// does can change the subject: what writes runs on scratch copies (docs/checks.md, "Isolation").
/// Throws Error{usage} when nothing is selected in either phase, Error{io} or Error{in_use} when
/// the database cannot be used at all. `interrupted` is asked between checks; it may throw.
SuiteReport run_suites(const Suites& suites, Phase phase, Session& subject, Session& reference,
                       const RunOptions& options,
                       const std::function<void(const CheckResult&)>& on_result,
                       const std::function<void()>& interrupted);

/// The block that a failed check prints (docs/checks.md, "Results"), ending with a newline.
std::string failure_block(const CheckResult& result);

}  // namespace baseline
