#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "store/store.hpp"

namespace baseline {

/// Keeps files that the engine is about to bring into a database (KeepFiles), in a directory of
/// their own below the catalogue: `brought-in/TIME-DIGEST`. A run that is undone leaves it, and so
/// does one that makes no backup. The same files are kept once. Returns the directory. Throws
/// Error{io}, Error{refused}.
std::filesystem::path keep_brought_in(FileSystem& files, Catalogue& catalogue,
                                      std::chrono::system_clock::time_point now,
                                      const std::vector<KeptFile>& kept);

/// Removes what was kept before the oldest backup in the catalogue was made. Nothing, when there is
/// no backup. Throws Error{io}.
void forget_brought_in(FileSystem& files, const Catalogue& catalogue);

}  // namespace baseline
