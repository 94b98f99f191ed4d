#pragma once

#include <vector>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// What commands that were cut off have left beside the database, in the catalogue and in the
/// directories of second copies, as far as it is of this database and nobody is at work on it;
/// without what belongs to an interrupted run, which recover() puts in order. Only looks. Throws
/// Error{io}.
std::vector<Leftover> leftovers(const Context& context);

/// Removes those that nobody can need, under the lock of the database, which `replacement` has.
/// Returns what it found: what was not removed has a reason.
std::vector<Leftover> remove_leftovers(const Context& context, Replacement& replacement);

}  // namespace baseline
