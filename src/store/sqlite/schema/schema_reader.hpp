#pragma once

#include <SQLiteCpp/Database.h>

#include "store/schema.hpp"

namespace baseline::sqlite {

/// Reduces a database to the neutral model (docs/checks.md, kind schema). Objects named sqlite_*
/// and the shadow tables of virtual tables are left out. Throws SQLite::Exception.
Schema read_schema(SQLite::Database& database);

}  // namespace baseline::sqlite
