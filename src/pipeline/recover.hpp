#pragma once

#include <optional>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Finishes or undoes what an interrupted run left, if there is something. Every command that
/// writes calls it first, under the lock. It may itself be interrupted at any point and run again.
/// `deadline`: how long to wait for whoever uses a database that has to be swapped back. Throws
/// Error{needs_person}, with nothing changed, when it cannot tell which database is live.
std::optional<RecoveryReport> recover(const Context& context, Replacement& replacement,
                                      const Deadline& deadline);

}  // namespace baseline
