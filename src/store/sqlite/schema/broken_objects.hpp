#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <vector>

namespace baseline::sqlite {

/// An object that SQLite has made, but cannot use: it leads to something that is not there.
struct BrokenObject {
  std::string type;     ///< "view", "trigger", or "table" (its foreign key, or a virtual one)
  std::string name;     ///< of that
  std::string word;     ///< a name in its definition that tells where the fault is; may be empty
  std::string message;  ///< "view names: no such column: surname"
};

/// Views and virtual tables of what is missing, triggers that no statement can fire, foreign keys
/// to nothing or to columns that are no key. What only an application brings (its own functions,
/// collations and modules) is not missing. Within a transaction; the database is left as it was.
/// Throws SQLite::Exception.
std::vector<BrokenObject> broken_objects(SQLite::Database& database);

}  // namespace baseline::sqlite
