#pragma once

#include "base/error.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// The exit codes of the program (docs/exit-codes.md), computed here and nowhere else.
int exit_code(Outcome outcome);
int exit_code(ErrorCode code);
/// 128 + the signal, as shells have it.
int exit_code(const Interrupted& interrupted);

/// That of `run` whose command could not be executed because of this errno, as shells have it.
int exit_code_of_exec(int error);

/// That of a run which would have ended with `code`, but could not write one of its reports. What
/// a deploy did is told by its code alone, whatever became of the report; a run that only looks has
/// not done what it was asked for.
int exit_code_without_report(int code, bool only_looks);

}  // namespace baseline
