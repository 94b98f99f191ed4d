#pragma once

#include <string>
#include <vector>

#include "store/session.hpp"

namespace baseline {

/// What a migration tool has written into a database to know which of its migrations have run. A
/// new database needs the same rows, or the tool would run them again.
struct Bookkeeping {
  std::string tool;      ///< "Alembic"
  std::string revision;  ///< of the newest migration, fit for the name of a file; may be empty
  std::vector<std::string> inserts;  ///< statements without a semicolon, in a fixed order
  std::string doubt;                 ///< what somebody should look at first, or empty
};

/// The bookkeeping that is found, of each tool that store/migration_tools knows. The rows are
/// written exactly, whatever is in them; but a migrator's lock is free in a new database.
std::vector<Bookkeeping> bookkeeping_of(Session& database);

/// Tables with rows that look like records of a migration tool that is not known.
std::vector<std::string> unknown_records(Session& database);

}  // namespace baseline
