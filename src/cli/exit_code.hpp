#pragma once

#include "announce/send.hpp"
#include "base/error.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// The exit codes of the program (docs/exit-codes.md), computed here and nowhere else.
int exit_code(Outcome outcome);
int exit_code(ErrorCode code);
/// Of `status --exit-code`: 0 when the database is at the baseline and no run was interrupted, 6
/// when an interrupted run cannot be decided, else 1. A run that is under way is no failure.
int exit_code(const StatusReport& report);
/// 1 when somebody has not got the message.
int exit_code(const SendReport& report);
/// 128 + the signal, as shells have it.
int exit_code(const Interrupted& interrupted);

/// That of `run` whose command could not be executed because of this errno, as shells have it.
int exit_code_of_exec(int error);

/// That of a run which would have ended with `code`, but could not write one of its reports, or its
/// result. What a deploy did is told by its code alone, whatever became of these; a run that only
/// looks has not done what it was asked for.
int exit_code_without_result(int code, bool only_looks);

}  // namespace baseline
