#pragma once

#include <chrono>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Copies the live database, which may be in use, into the catalogue: as of one moment, sealed,
/// with reason "manual". Other runs are kept out meanwhile, the application is not. Removes what an
/// interrupted call left. `wait`: how long to wait for another run, or for a lock of the
/// application. Throws Error{in_use}, Error{refused}, Error{io}; then nothing is left.
BackupsCreateReport create_backup(std::chrono::milliseconds wait, const Context& context);

}  // namespace baseline
