#pragma once

#include <SQLiteCpp/Database.h>

#include "store/sqlite/db/guard.hpp"
#include "store/sqlite/db/own_statements.hpp"
#include "store/sqlite/db/statements.hpp"
#include "store/sqlite/schema/schema_cache.hpp"

namespace baseline::sqlite {

/// A scratch copy and what a session keeps for it between checks.
struct Workshop {
  SQLite::Database& database;
  Guard& guard;
  SchemaCache& schema;
  StatementCache& statements;
  OwnStatements& own;
  bool foreign_keys = false;  ///< enforced in the open transaction
};

}  // namespace baseline::sqlite
