#pragma once

#include <chrono>
#include <functional>

#include "catalogue/keep_rule.hpp"
#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

struct PruneRequest {
  KeepRule keep;
  bool dry_run = false;
  std::chrono::milliseconds wait{0};
  /// Asked once what would leave, before anything does; false stops it.
  std::function<bool(const PruneReport& plan)> confirm = {};
};

/// Removes the backups of this database that the rule does not keep, each whole or not at all.
/// Never the newest one of a deploy, what `rollback` would put back, the one that was verified
/// last, one that an interrupted run needs, one that is damaged, or one of another database. Under
/// the lock, but for a dry run. Throws Error{usage} when the rule says nothing, Error{needs_person}
/// beside an interrupted run that cannot be decided.
PruneReport prune(const PruneRequest& request, const Context& context);

/// The same by a run that holds the lock already and asks nobody.
PruneReport prune_now(const KeepRule& keep, const Context& context);

}  // namespace baseline
