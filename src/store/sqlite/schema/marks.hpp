#pragma once

#include <SQLiteCpp/Database.h>

#include <vector>

#include "store/schema.hpp"

namespace baseline::sqlite {

/// What the database declares beside its objects: user_version, application_id, and the records of
/// migration tools in the tables of `schema`, which is its own. Throws SQLite::Exception.
std::vector<SchemaMark> read_marks(SQLite::Database& database, const Schema& schema);

}  // namespace baseline::sqlite
