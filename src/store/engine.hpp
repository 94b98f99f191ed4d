#pragma once

#include <memory>

#include "store/migration.hpp"
#include "store/session.hpp"

namespace baseline {

/// What an engine can do without a database: the part of the seam that needs no path. Commands that
/// work on a migration alone, such as those of `baseline checks`, need no more.
class Engine {
 public:
  virtual ~Engine() = default;

  /// The migration applied in private. Throws Error{usage} with FILE:LINE:COLUMN.
  virtual std::unique_ptr<Session> apply(const Migration& migration) const = 0;
};

}  // namespace baseline
