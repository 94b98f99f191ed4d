#pragma once

#include <string>
#include <vector>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Reads the backups `ids` (all when empty) from the disk and proves them: every file against the
/// seal, the sizes, the manifest. The engine's own integrity check, on a handle that changes
/// nothing, can only warn. One that is not sealed yet is sealed first. Notes in the record of each
/// what it found; that it cannot is a warning. Takes no lock. Throws Error{usage} when there is no
/// such backup; the cause, once all others were verified, where one could not be read.
BackupsVerifyReport verify_backups(const std::vector<std::string>& ids, const Context& context);

}  // namespace baseline
