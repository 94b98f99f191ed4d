#pragma once

#include <SQLiteCpp/Database.h>

#include <vector>

#include "store/table_model.hpp"

namespace baseline::sqlite {

/// Session::tables(). Objects named sqlite_* and shadow tables of virtual tables are left out.
/// Throws SQLite::Exception.
std::vector<TableModel> read_tables(SQLite::Database& database);

}  // namespace baseline::sqlite
