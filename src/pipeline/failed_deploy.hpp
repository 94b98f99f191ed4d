#pragma once

#include <functional>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Runs `deploy`, and passes on what it returns or throws. A deploy that fails and has replaced
/// nothing is noted in the history where a rollback would otherwise undo the deploy before it: of
/// `baseline deploy || baseline rollback` the second command belongs to the first.
ReplaceReport with_failure_noted(const Context& context,
                                 const std::function<ReplaceReport()>& deploy);

}  // namespace baseline
