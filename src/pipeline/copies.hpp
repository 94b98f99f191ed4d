#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// What is to be said of the directories of `--also` before a run: those that are missing, and
/// those that a failing disk would take along with the backups.
std::vector<std::string> warnings_about_copies(const std::vector<std::filesystem::path>& also,
                                               const Context& context);

/// Makes the second copies that the record of a sealed backup asks for and that are not there yet:
/// each a whole, verified and durable entry of the catalogue that its directory is. What became of
/// each goes into the record. A failure is a warning, never an error.
void make_copies(CatalogueEntry& entry, const Context& context, std::vector<std::string>& warnings);

/// The same, and proves those that are there: a damaged one is made anew, one that is gone is
/// forgotten. `entry` itself has just been verified.
void verify_copies(CatalogueEntry& entry, const Context& context,
                   std::vector<std::string>& warnings);

}  // namespace baseline
