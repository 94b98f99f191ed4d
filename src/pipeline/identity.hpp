#pragma once

#include <string>
#include <vector>

#include "catalogue/past_runs.hpp"
#include "pipeline/context.hpp"
#include "pipeline/replaces.hpp"
#include "pipeline/reports.hpp"
#include "store/migration.hpp"
#include "store/store.hpp"

namespace baseline {

/// Tables by which an application can be told: not those of migration tools and of Litestream.
std::vector<std::string> application_tables(const Schema& schema);

/// "revision 5c8e4212f5ed, channel_configs (24 rows), monitoring_targets (108 rows)"
std::string content_line(const BackupContent& content);

/// Whether what the run put there was made by this migration.
bool is_deploy_of(const Migration& migration, const HistoryLine& run);

/// Throws Error{refused} when the live database is none that `replaces` allows to be replaced with
/// `baseline`: it has tables, but none of those that are named or of the baseline's own, it is not
/// at a revision that is named, and no run has put it there.
void require_meant(const Replaces& replaces, const Schema& baseline, const DatabaseFacts& live,
                   const PastRuns& past, const Context& context);

/// Throws Error{refused} when a backup from elsewhere is another application's: it shares no table
/// with the live database or with a backup of this one, and has nothing that `replaces` names.
void require_same_application(const Replaces& replaces, const DatabaseFacts& live,
                              const BackupContent& backup, const std::string& named,
                              const Context& context);

/// Throws Error{refused} when a deploy of `migration` would throw away what users have added since
/// it was deployed, for all that can be known: the last run had put it there, the live database
/// bears its stamp, or, where it has no stamp and no run is known, has all of its tables.
void require_not_twice(const Migration& migration, Session& reference, const DatabaseFacts& live,
                       const std::vector<SchemaDifference>& drift, const PastRuns& past,
                       const Context& context);

}  // namespace baseline
