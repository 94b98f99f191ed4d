#pragma once

#include <SQLiteCpp/Database.h>

namespace baseline::sqlite {

/// An empty database in memory with the tables, indexes, views and triggers of `source`, made by
/// the very statements that `source` keeps, so that constraints have the same names. Throws
/// SQLite::Exception.
SQLite::Database schema_clone(SQLite::Database& source);

}  // namespace baseline::sqlite
