#pragma once

#include <sqlite3.h>

namespace baseline::sqlite {

/// Defines what SQLite leaves to applications: `text REGEXP 'pattern'` is 1 where the regular
/// expression of RE2's syntax is found in the text, as `matches` has it. A pattern that is none is
/// an error of the statement.
void define_regexp(sqlite3* database);

}  // namespace baseline::sqlite
