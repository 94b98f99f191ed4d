#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "store/store.hpp"

namespace baseline {

/// Keeps files that the engine is about to bring into a database (KeepFiles), in a directory of
/// their own below the catalogue: `brought-in/TIME-DIGEST`. A run that is undone leaves it, and so
/// does one that makes no backup. The same files are kept once. Until all is written the directory
/// is called `.partial-…`, and also tells whose it is: that of `database`, its resolved path.
/// Returns the directory. Throws Error{io}, Error{refused}.
std::filesystem::path keep_brought_in(FileSystem& files, Catalogue& catalogue,
                                      const std::string& database,
                                      std::chrono::system_clock::time_point now,
                                      const std::vector<KeptFile>& kept);

/// The directories that calls for this database did not complete. SQLite has brought nothing in of
/// what they were to keep.
std::vector<std::filesystem::path> unfinished_brought_in(const Catalogue& catalogue,
                                                         const std::string& database);

/// Removes one of them. Throws Error{io}.
void discard_brought_in(FileSystem& files, const Catalogue& catalogue,
                        const std::filesystem::path& directory);

/// Removes what was kept before the oldest backup in the catalogue was made. Nothing, when there is
/// no backup. Throws Error{io}.
void forget_brought_in(FileSystem& files, const Catalogue& catalogue);

}  // namespace baseline
