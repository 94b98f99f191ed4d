#pragma once

#include "checks/suite.hpp"
#include "pipeline/context.hpp"
#include "pipeline/deploy.hpp"
#include "pipeline/reports.hpp"
#include "store/migration.hpp"

namespace baseline {

/// What is at the path now. Changes nothing, takes no lock, reports an interrupted run instead of
/// recovering it.
StatusReport status(const Context& context, const Migration& migration, Session& reference,
                    const Suites& suites);

/// The `after` checks on the live database while the application runs. Throws Error{io} when there
/// is no database.
VerifyReport verify(const Context& context, const Migration& migration, const Judge& judge);

}  // namespace baseline
