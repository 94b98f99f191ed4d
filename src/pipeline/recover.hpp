#pragma once

#include <optional>

#include "pipeline/application.hpp"
#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Finishes or undoes what an interrupted run left, if there is something. Every command that
/// writes calls it first, under the lock. It may itself be interrupted at any point and run again.
/// `deadline`: how long to wait for whoever uses a database that has to be swapped back. Throws
/// Error{needs_person}, with nothing changed, when it cannot tell which database is live.
/// The application, when the run had stopped it, stays so: `application` is told, and stops it
/// where the old database has to come back.
std::optional<RecoveryReport> recover(const Context& context, Replacement& replacement,
                                      const Deadline& deadline, ApplicationControl& application);

}  // namespace baseline
