#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "pipeline/context.hpp"
#include "pipeline/hook.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Which backup to put back, and how.
struct RollbackRequest {
  std::string to;  ///< id, or empty: what the last deploy or rollback replaced
  /// A file from elsewhere instead of an entry of the catalogue; not with `to` or `move`.
  std::filesystem::path from = {};
  bool move =
      false;  ///< the backup itself goes live: no copy, constant time, the backup is used up
  bool dry_run = false;
  std::chrono::milliseconds wait{0};
  Application application = {};  ///< without commands: it is stopped and started by hand
  /// Asked once what will leave, before anything is changed; false stops the run.
  std::function<bool(const ReplaceReport& plan)> confirm;
};

/// Puts a backup back by the same steps as deploy(); the database that it replaces is kept as a
/// backup with reason "rollback". Throws as deploy(); Error{usage} when there is no such backup.
ReplaceReport rollback(const RollbackRequest& request, const Context& context);

}  // namespace baseline
