#pragma once

#include <optional>

#include "pipeline/deploy.hpp"

namespace baseline {

/// What `baseline run` demands of the database before the application starts.
struct GateRequest {
  /// What to deploy where the database is not at the baseline; `wait` is for all of it together.
  /// Commands of the application play no part: it is what starts.
  DeployRequest deploy;
  bool deploys = false;   ///< false: a database that is not at the baseline is refused
  bool wipe_old = false;  ///< a deploy may replace a database that holds something
};

/// Whether the database is at the baseline to the last object, and no run is under way or was cut
/// off. Needs no suites, which say what may differ; takes no lock and changes nothing. False is not
/// the last word: see pass_gate().
bool is_gate_open(Session& reference, const Context& context);

/// Waits until no other run is under way and the database is at the baseline, and brings it there
/// where that is wanted. A database that is at it is recognised without the lock and without a
/// change. Any number of processes may do this at once: one deploys, and the others find it done.
///
/// Returns the report of the deploy, when this process made one; its outcome is `checks_failed`
/// when the application must not start. Throws Error{refused} with the differences as notes,
/// Error{in_use} when the time is over, and what deploy() throws.
std::optional<ReplaceReport> pass_gate(GateRequest request, const Context& context);

}  // namespace baseline
