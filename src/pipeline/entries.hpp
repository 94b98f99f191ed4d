#pragma once

#include <string>

#include "catalogue/past_runs.hpp"
#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// Whether a backup is of the database of this command.
bool is_of(const CatalogueEntry& entry, const Context& context);

/// Whether the catalogue has, or had before it went back into place, a backup with these bytes.
bool is_sealed_here(const std::string& sha256, const Context& context);

/// Throws Error{refused} when the files that were kept with an unreadable database are not those
/// that were sealed with it.
void require_companions(const Directory& directory, const Manifest& manifest);

/// How the records of a catalogue name the database of this command.
RecordedAs recorded_as(const Context& context);

/// What the history tells of that database.
PastRuns past_runs(const Context& context);
/// The same, and what the backups tell where the history has no line.
PastRuns past_runs_and_backups(const Context& context);

/// What a backup holds, by its manifest.
BackupContent content_of(const Manifest& manifest);
/// Throws Error{usage} when the catalogue does not exist, and not because there is no backup of
/// this database yet: a mistyped path must not look like backups in the best of order.
void require_catalogue(const Context& context);

/// The error, with the databases of a similar name as its notes where there is no database.
Error with_similar_names(const Context& context, Error error);

/// Throws Error{refused} when the data of the entry went back into place.
void require_data(const CatalogueEntry& entry);

}  // namespace baseline
