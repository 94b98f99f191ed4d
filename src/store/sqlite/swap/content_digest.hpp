#pragma once

#include <cstdint>
#include <string>

#include "os/file.hpp"
#include "store/file_settings.hpp"

namespace baseline::sqlite {

/// The schema cookie in the header of a database file: SQLite counts it up with every change of the
/// schema and with every sqlite3_backup into the file, and with nothing else. 0 for an empty file.
/// (https://www.sqlite.org/fileformat2.html#schema_cookie)
std::uint32_t schema_cookie_of(const File& file);

/// The SHA-256 of what a complete database file holds, without what sqlite3_backup changes on the
/// way: the counters, versions and size in its header, what lies behind the last page, and the page
/// of locks. Equal digests mean the same content, whichever of the two files is the copy.
std::string content_digest(const File& file);

/// How the file is kept, as its header tells it: of a database that SQLite cannot read. What makes
/// no sense there is not set.
FileSettings settings_in_header(const File& file);

/// Whether the header says that the database is in WAL mode.
bool is_in_wal_mode(const File& file);

}  // namespace baseline::sqlite
