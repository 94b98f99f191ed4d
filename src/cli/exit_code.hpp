#pragma once

#include "base/error.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// The exit codes of the program (docs/exit-codes.md), computed here and nowhere else.
int exit_code(Outcome outcome);
int exit_code(ErrorCode code);
/// 128 + the signal, as shells have it.
int exit_code(const Interrupted& interrupted);

}  // namespace baseline
