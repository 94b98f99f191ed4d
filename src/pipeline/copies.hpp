#pragma once

#include <string>
#include <vector>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// What is to be said of the directories for second copies before a run: those that are missing,
/// and those that a failing disk would take along with the backups. Throws Error{usage} when one is
/// the directory of the backups itself, or is named twice.
std::vector<std::string> warnings_about_copies(const Context& context);

/// The key of the unfinished second copy of a backup. Several hosts may have their copies in one
/// directory, and their databases the same path.
std::string key_of_copy(const Manifest& manifest);

/// The second copies of these entries that are not there, or cannot be looked at. Changes nothing.
std::vector<MissingCopy> missing_copies(const std::vector<CatalogueEntry>& entries,
                                        const Context& context);

/// Throws Error{refused} when the records of these entries name directories for second copies that
/// this run does not.
void require_named_copies(const std::vector<CatalogueEntry>& entries, const Context& context);

/// Warns where the records of unfinished second copies name a directory that this run does not:
/// what was left there is not looked for.
void note_unnamed_copies(const Context& context);

/// Makes the second copies that the record of a sealed backup asks for and that are not there yet:
/// each a whole, verified and durable entry of the catalogue that its directory is. What became of
/// each goes into the record. A failure is a warning, never an error. Whoever verifies the entry at
/// the same time makes them instead. Where this run names no second copies, none is made, which is
/// a warning.
void make_copies(CatalogueEntry& entry, const Context& context, std::vector<std::string>& warnings);

/// The same, and proves those that are there: a damaged one is made anew. One that is gone is
/// forgotten, for its directory may be pruned like any other; but not when nothing at all is there,
/// as where a disk is not mounted. `entry` itself has just been verified; the caller has the lock
/// of its directory (os/directory_lock.hpp), and writes the record.
void verify_copies(CatalogueEntry& entry, const Context& context,
                   std::vector<std::string>& warnings);

}  // namespace baseline
