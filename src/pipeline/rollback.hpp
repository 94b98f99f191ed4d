#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "pipeline/context.hpp"
#include "pipeline/hook.hpp"
#include "pipeline/replaces.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Which backup to put back, and how.
struct RollbackRequest {
  std::string to;  ///< id, or empty: what the last deploy replaced
  /// A file from elsewhere instead of an entry of the catalogue; not with `to` or `move`.
  std::filesystem::path from = {};
  bool move =
      false;  ///< the backup itself goes live: no copy, constant time, the backup is used up
  bool again = false;        ///< also where the last run has put just this back already
  bool replace_any = false;  ///< also another application's, or another database's
  Replaces replaces = {};    ///< what tells the application, beside the live database
  bool dry_run = false;
  Sealing sealing = Sealing::now;  ///< of what is live now
  std::chrono::milliseconds wait{0};
  Application application = {};  ///< without commands: it is stopped and started by hand
  /// Asked once what will leave, before anything is changed; false stops the run.
  std::function<bool(const ReplaceReport& plan)> confirm;
};

/// Puts a backup back by the same steps as deploy(); the database that it replaces is kept as a
/// backup with reason "rollback". To do it twice changes nothing the second time (see
/// rollback_source.hpp). Throws as deploy(); Error{usage} when there is no such backup.
ReplaceReport rollback(const RollbackRequest& request, const Context& context);

}  // namespace baseline
